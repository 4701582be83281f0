"""The templates that go to AWS, under cdk-nag and cfn-lint. Neither needs an account or a network."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.stages import stages
from local import cdk
from local.cloud import ROOT, CloudError

TO_AWS = sorted(name for name, stage in stages().items() if not stage.local)
# W3005: the CDK writes DependsOn beside the GetAtt that implies it.
IGNORED = "W3005"


@pytest.fixture(scope="module", params=TO_AWS)
def assembly(request: pytest.FixtureRequest) -> Path:
    """The cloud assembly of a stage. The command line fails where a finding of cdk-nag stands."""
    return cdk.synth(request.param)


def template(assembly: Path) -> Path:
    (found,) = assembly.glob("*.template.json")
    return found


def test_cdk_nag_finds_nothing(assembly: Path) -> None:
    report = json.loads((assembly / "validation-report.json").read_text())
    assert report["pluginReports"] == []


def test_a_queue_without_a_reason_for_what_it_lacks_fails_the_synthesis_of_our_stack(tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text(
        "from aws_cdk import App, aws_sqs as sqs\n"
        "from infra.app import build, check, chosen\n"
        "app, stage = App(context={'aws:cdk:bundling-stacks': []}), chosen('prod')\n"
        "sqs.Queue(build(app, stage), 'Careless')\n"
        "check(app, stage)\n"
        "app.synth()\n"
    )
    run = f"{sys.executable} {program}"
    with pytest.raises(CloudError, match="AwsSolutions-SQS4"):
        cdk.cdk("synth", "--app", run, "--output", tmp_path / "out", environment={"PYTHONPATH": str(ROOT)})


def test_cfn_lint_finds_nothing(assembly: Path) -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--ignore-checks", IGNORED, "--", template(assembly)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (lint.returncode, lint.stdout) == (0, "")


def test_the_layer_holds_what_functions_import_compiled_for_arm(assembly: Path) -> None:
    (manifest,) = assembly.glob("*.assets.json")  # the folder may hold assets of an earlier synthesis too
    assets = [assembly / each["source"]["path"] for each in json.loads(manifest.read_text())["files"].values()]
    (python,) = (asset / "python" for asset in assets if (asset / "python" / "pynamodb").is_dir())
    assert all((python / "botocore" / "data" / service).is_dir() for service in ("dynamodb", "s3", "sqs"))
    assert not (python / "botocore" / "data" / "ec2").exists()
    assert list((python / "pydantic_core").glob("*cpython-313-aarch64*.so"))
    compiled = (python / "pynamodb" / "__pycache__" / "models.cpython-313.pyc").read_bytes()
    assert int.from_bytes(compiled[4:8], "little") == 0b01  # by hash, and never checked against the source
    assert str(ROOT).encode() not in compiled
