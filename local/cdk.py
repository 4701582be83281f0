"""The CDK command line, run against the local cloud or against AWS."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.cloud import ROOT, CloudError

COMMAND = ROOT / "node_modules" / ".bin" / "cdk"
BUILD = ROOT / "build"
# All that a deployment is made of.
SOURCES = ("infra", "functions", "layers/shared", "requirements/runtime.txt", "cdk.json", "package-lock.json")


def source_digest() -> str:
    """A hash of everything that a deployment is made of: names and contents, no caches."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        top = ROOT / name
        found = [top] if top.is_file() else sorted(each for each in top.rglob("*") if each.is_file())
        yield from (each for each in found if "__pycache__" not in each.parts)


def cdk(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """Runs the CDK command line.

    Args:
        environment: set on top of this process's, in which no other AWS setting is left.

    Returns:
        All that it printed.

    Raises:
        CloudError: it failed; the message ends with what it said.
    """
    if not COMMAND.exists():
        raise CloudError("The CDK command line is not installed. Run `make setup`.")
    env = dict(os.environ)
    if environment is not None:
        env = {name: value for name, value in env.items() if not name.startswith("AWS_")} | dict(environment)
    env["NODE_NO_WARNINGS"] = "1"
    done = subprocess.run(
        [COMMAND, *arguments, "--no-notices", "--no-color"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-40:])
        raise CloudError(f"`cdk {arguments[0]}` failed:\n{last}")
    return done.stdout


def synth(stage: str, digest: str | None = None) -> Path:
    """The cloud assembly of a stage, in build/. It is made anew only where its sources have changed."""
    digest = digest or source_digest()
    assembly = BUILD / "cdk" / stage
    stamp = assembly / "sources.sha256"
    if not (stamp.exists() and stamp.read_text() == digest):
        stamp.unlink(missing_ok=True)
        cdk("synth", "--quiet", "--context", f"stage={stage}", "--output", assembly, environment={})
        stamp.write_text(digest)
    return assembly


def bootstrap(account: str, region: str, environment: Mapping[str, str]) -> str:
    """Prepares an account and a region for deployments."""
    return cdk("bootstrap", f"aws://{account}/{region}", environment=environment)


def deploy(assembly: Path, stage: str, environment: Mapping[str, str] | None) -> tuple[dict[str, str], str]:
    """Deploys a stage of an assembly.

    Returns:
        The stack's outputs, and all that the command line printed.
    """
    outputs = assembly / "outputs.json"
    said = cdk(
        *("deploy", f"cairn-{stage}", "--app", assembly, "--require-approval", "never"),
        *("--outputs-file", outputs),
        environment=environment,
    )
    return json.loads(outputs.read_text())[f"cairn-{stage}"], said


def destroy(assembly: Path, stage: str, environment: Mapping[str, str]) -> str:
    """Removes a deployed stage."""
    return cdk("destroy", f"cairn-{stage}", "--app", assembly, "--force", environment=environment)
