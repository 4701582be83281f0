"""The layers: their hashes follow all that shapes them, and trimming takes only what is not read."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra.layers import BOTOCORE_SERVICES, PYTHON_VERSION, InstallDependencies, bundling, trim, wheel_platform
from infra.stages import stages
from tests.unit.infra.conftest import NO_BUNDLING, ONE_WORKER, known

pytestmark = ONE_WORKER


def layer_hash(folder: Path, **environment: str) -> str:
    """The asset hash of a folder, bundled with an environment."""
    stack = Stack(App(context=NO_BUNDLING), "hashes")
    options = bundling(InstallDependencies("anywhere"), **environment)
    layer = lambda_.LayerVersion(stack, "Layer", code=lambda_.Code.from_asset(str(folder), bundling=options))
    resolved = stack.resolve(layer.node.default_child.content)
    return str(resolved["s3Key"])


def test_the_layers_hash_follows_platform_python_version_and_requirements(tmp_path: Path) -> None:
    locked = tmp_path / "runtime.txt"
    locked.write_text("pydantic==2.0")
    first = layer_hash(tmp_path, PLATFORM="aarch64-manylinux_2_28", PYTHON="3.13")
    assert first == layer_hash(tmp_path, PLATFORM="aarch64-manylinux_2_28", PYTHON="3.13")
    others = {
        layer_hash(tmp_path, PLATFORM="x86_64-manylinux_2_28", PYTHON="3.13"),
        layer_hash(tmp_path, PLATFORM="aarch64-manylinux_2_28", PYTHON="3.14"),
    }
    locked.write_text("pydantic==2.1")
    others.add(layer_hash(tmp_path, PLATFORM="aarch64-manylinux_2_28", PYTHON="3.13"))
    assert len(others) == 3
    assert first not in others


def test_the_cloud_has_arm_wheels_and_this_machine_its_own() -> None:
    known_stages = stages()
    assert wheel_platform(known_stages["prod"]) == "aarch64-manylinux_2_28"
    assert "manylinux" not in wheel_platform(known_stages["local"])
    assert PYTHON_VERSION == "3.13"


def test_local_and_cloud_layers_are_different_assets() -> None:
    def key(stage: str) -> str:
        layers = known(stage).of("AWS::Lambda::LayerVersion")
        (found,) = (each for each in layers.values() if "PynamoDB" in each["Description"])
        return str(found["Content"]["S3Key"])

    assert key("dev") == key("prod") != key("local")


@pytest.mark.parametrize("service", sorted(BOTOCORE_SERVICES))
def test_trimming_keeps_the_services_that_are_called_and_drops_the_rest(tmp_path: Path, service: str) -> None:
    data = tmp_path / "botocore" / "data"
    for name in (service, "ec2"):
        (data / name).mkdir(parents=True)
    (data / "endpoints.json").write_text("{}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "a.pyi").touch()
    (tmp_path / "a.py").touch()
    trim(tmp_path)
    assert sorted(each.name for each in data.iterdir()) == sorted(["endpoints.json", service])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.py", "botocore"]
