"""Experiences, defined as an operator would, without HTTP in between."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cairn.catalog.bodies import ExperienceBody
from cairn.catalog.change import Editor, define
from cairn.platform.table import Table

DEFINED_AT = datetime(2026, 11, 1, tzinfo=UTC)


def define_all(table: Table, tenant: str, bodies: Mapping[str, Mapping[str, Any]]) -> None:
    """Defines experiences, in their order, by id."""
    editor = Editor(tenant, DEFINED_AT)
    for identifier, body in bodies.items():
        define(table, editor, ExperienceBody.model_validate(body).definition(identifier))
