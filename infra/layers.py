"""The two layers, and the code of a function. Built here, without Docker, by the uv of this environment."""

import compileall
import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

import jsii
from aws_cdk import BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import Stage

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = lambda_.Runtime.PYTHON_3_13
PYTHON_VERSION = RUNTIME.name.removeprefix("python")
WHEELS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
# What botocore knows about other services is half the layer, and slows every import.
BOTOCORE_SERVICES = {"dynamodb", "s3", "sqs", "sts"}
CACHES = ["**/__pycache__", "**/*.pyc"]
NEVER_USED = DockerImage.from_registry("docker-is-not-used")


def wheel_platform(stage: Stage) -> str:
    """What the layer is built for: uv's name of Lambda's platform, or this machine for the local cloud."""
    return f"{sys.platform}-{platform.machine()}" if stage.local else WHEELS[stage.architecture.name]


@jsii.implements(ILocalBundling)
class InstallDependencies:
    """Installs requirements/runtime.txt, trims it, and compiles it for the runtime's own version.

    Bytecode with unchecked hashes is taken as it is, whatever a deployment does to the files' times.
    """

    def __init__(self, target: str) -> None:
        self._target = target

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Fills `output_dir`. Raises RuntimeError where this interpreter's bytecode is not the runtime's."""
        running = f"{sys.version_info.major}.{sys.version_info.minor}"
        if running != PYTHON_VERSION:
            raise RuntimeError(f"The layer needs Python {PYTHON_VERSION}, not {running}. Run `make setup`.")
        python = Path(output_dir) / "python"
        command = [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(python)),
            *(
                "--python",
                sys.executable,
                "--only-binary",
                ":all:",
                "--require-hashes",
                "--link-mode",
                "copy",
            ),
            *([] if self._target.startswith(sys.platform) else ["--python-platform", self._target]),
            *("-r", str(ROOT / "requirements" / "runtime.txt")),
        ]
        subprocess.run(command, check=True, cwd=ROOT)
        trim(python)
        compiled = compileall.compile_dir(
            python,
            quiet=1,
            stripdir=output_dir,
            prependdir="/opt",
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        if not compiled:
            raise RuntimeError("A file of the dependency layer does not compile; the lines above name it.")
        return True


def trim(python: Path) -> None:
    """Removes what no function reads: other services' models, type stubs, scripts, records of the install."""
    for service in (python / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)
    for name in ("bin", ".lock"):
        unwanted = python / name
        shutil.rmtree(unwanted) if unwanted.is_dir() else unwanted.unlink(missing_ok=True)
    for pattern in ("**/*.pyi", "**/py.typed", "*.dist-info/RECORD", "*.dist-info/direct_url.json"):
        for path in python.glob(pattern):
            path.unlink()


@jsii.implements(ILocalBundling)
class CopyUnderFunctions:
    """Places a function's folder at functions/<name>, where its handler's import path looks for it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Fills `output_dir` with `functions/<name>`."""
        shutil.copytree(
            ROOT / "functions" / self._name,
            Path(output_dir) / "functions" / self._name,
            ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
        )
        return True


def bundling(local: ILocalBundling, **environment: str) -> BundlingOptions:
    """Bundling on this machine. What shapes the output is in `environment`, and so in the asset's hash."""
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    return BundlingOptions(image=NEVER_USED, local=local, environment={"RECIPE": recipe, **environment})


def function_code(name: str) -> lambda_.Code:
    """The code of one function: its own folder, nothing else."""
    return lambda_.Code.from_asset(
        str(ROOT / "functions" / name), exclude=CACHES, bundling=bundling(CopyUnderFunctions(name), NAME=name)
    )


class Layers(Construct):
    """The dependencies, and the domain code that all functions share."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        target = wheel_platform(stage)
        self.dependencies = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=lambda_.Code.from_asset(
                str(ROOT / "requirements"),
                exclude=["*", "!runtime.txt"],
                bundling=bundling(InstallDependencies(target), PLATFORM=target, PYTHON=PYTHON_VERSION),
            ),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[stage.architecture],
            description="PynamoDB, Powertools, pydantic and what they need",
        )
        self.shared = lambda_.LayerVersion(
            self,
            "Shared",
            code=lambda_.Code.from_asset(str(ROOT / "layers" / "shared"), exclude=CACHES),
            compatible_runtimes=[RUNTIME],
            description="cairn, the domain code",
        )

    @property
    def all(self) -> list[lambda_.ILayerVersion]:
        return [self.dependencies, self.shared]
