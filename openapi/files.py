"""The files that are generated."""

from pathlib import Path

from cairn.achievements.bodies import criteria_schema
from openapi.access import matrix
from openapi.document import document, text_of
from openapi.routes import OPERATIONS
from openapi.scenario import record

DOCS = Path(__file__).resolve().parent.parent / "docs"
CRITERIA = DOCS / "achievement-criteria.schema.json"


def generate() -> dict[Path, str]:
    """The content of each generated file, by its path."""
    content = document(OPERATIONS, record(OPERATIONS))
    return {
        DOCS / "openapi.json": text_of(content),
        DOCS / "access-matrix.md": matrix(content),
        CRITERIA: text_of(criteria_schema()),
    }
