"""Experiences with pages as Cairn has them once published, put into the table without an operator's request."""

from dataclasses import replace

from cairn.catalog.experience import Block, Experience, MoveOn, Page, Question, Status
from cairn.catalog.storage import Catalog, write_latest, write_version
from cairn.platform.table import Table
from cairn.platform.transact import transact

QUIZ = Block(
    "quiz",
    "quiz",
    move_on=MoveOn.PASSED,
    passing_score=0.75,
    questions=(Question("q1", ("oak",), 2), Question("q2", ("moss", "fern")), Question("q3", ("owl",))),
)
LESSON = Experience(
    "lesson",
    1,
    "Lesson",
    kind="wod",
    virtue_impacts={"wisdom": 8, "justice": -4},
    max_mastery_level=3,
    pages=(
        Page(
            "watch",
            "Watch",
            (
                Block("head", "section_header", "Trees"),
                Block("film", "video"),
                Block("menu", "document", required=False),
                Block("talk", "agent", move_on=MoveOn.NOT_APPLICABLE),
            ),
        ),
        Page("answer", "Answer", (QUIZ, Block("essay", "user_submission"))),
        Page("rest", "Rest", (Block("line", "divider"),)),
    ),
)


def publish(table: Table, tenant: str, experience: Experience) -> Experience:
    """Makes a definition, whatever its status, the next version of its experience; gives it with its number."""
    latest = Catalog(table).find(tenant, experience.id)
    published = replace(experience, version=latest.version + 1 if latest else 1)
    version = replace(published, status=Status.PUBLISHED)
    transact(table, [write_version(tenant, version), write_latest(tenant, published)])
    return published
