"""The template of each stage, synthesised without building its assets."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.app import build
from infra.stages import Stage, stages

# One worker for all of these tests: starting the CDK costs more than they do. Each file says so, as xdist wants.
ONE_WORKER = pytest.mark.xdist_group("infra")
# The CDK's own switch: asset hashes are what they are, but nothing is installed.
NO_BUNDLING: dict[str, list[str]] = {"aws:cdk:bundling-stacks": []}


@dataclass(frozen=True)
class Synthesised:
    """A stage's template."""

    resources: dict[str, Any]
    outputs: dict[str, Any]

    def of(self, resource_type: str) -> dict[str, Any]:
        """Properties of every resource of a type, by logical id."""
        return {
            name: each.get("Properties", {}) for name, each in self.resources.items() if each["Type"] == resource_type
        }

    def function(self, name: str) -> tuple[str, dict[str, Any]]:
        """Logical id and properties of one of our functions."""
        ((logical_id, properties),) = (
            (key, each)
            for key, each in self.of("AWS::Lambda::Function").items()
            if each["Handler"] == f"functions.{name}.handler.handler"
        )
        return logical_id, properties


def synthesise(stage: Stage) -> Synthesised:
    """The template of any stage."""
    app = App(context=NO_BUNDLING)
    template = json.loads(json.dumps(Template.from_stack(build(app, stage)).to_json()))
    return Synthesised(template["Resources"], template["Outputs"])


@cache
def known(name: str) -> Synthesised:
    return synthesise(stages()[name])


@pytest.fixture
def stage_template() -> Callable[[str], Synthesised]:
    return known


@pytest.fixture
def dev() -> Synthesised:
    return known("dev")
