"""Definitions of experiences as operators might write them: some by hand, any by Hypothesis, and very large ones."""

from typing import Any

from hypothesis import strategies as st

from cairn.catalog.experience import BLOCK_TYPES, DECORATION, MoveOn

QUADRANTS = ("SO", "BO", "SI", "BI")
VIRTUES = ("wisdom", "courage", "strength", "endurance", "temperance", "justice", "health", "beauty")
ASKING = ("quiz", "prompt", "user_submission", "agent")

# A page with all thirteen types: a video to watch, a quiz to pass, and what stands around them.
LESSON: dict[str, Any] = {
    "id": "lesson",
    "title": "At the counter",
    "blocks": [
        {"id": "head", "type": "section_header", "title": "Ordering", "content": {"text": "Ordering"}},
        {"id": "film", "type": "video", "content": {"url": "https://media.example/cafe.mp4", "seconds": 90}},
        {"id": "talk", "type": "agent", "content": {"persona": "the waiter"}},
        {
            "id": "quiz",
            "type": "quiz",
            "move_on": "Passed",
            "passing_score": 0.8,
            "questions": [
                {"id": "q1", "answers": ["um café"], "points": 2},
                {"id": "q2", "answers": ["obrigado", "obrigada"]},
            ],
            "content": {"q1": {"text": "Ask for one."}, "q2": {"text": "Thank them."}},
        },
        {"id": "words", "type": "rich_text", "content": {"html": "<p>Olá</p>"}},
        {"id": "menu", "type": "document", "required": False, "content": {"url": "https://media.example/menu.pdf"}},
        {"id": "items", "type": "list", "required": False, "content": {"items": ["café", "galão"]}},
        {"id": "line", "type": "divider"},
        {"id": "more", "type": "accordion", "required": False, "content": {"items": [{"title": "Tips", "html": "…"}]}},
        {"id": "think", "type": "prompt", "content": {"text": "What did you say?"}},
        {"id": "essay", "type": "user_submission", "content": {"text": "Write it down."}},
        {"id": "photo", "type": "image", "required": False, "content": {"url": "https://media.example/cafe.jpg"}},
        {"id": "map", "type": "embed", "required": False, "content": {"url": "https://maps.example/cafe"}},
    ],
}
CAFE: dict[str, Any] = {
    "name": "A café in Lisbon",
    "kind": "scenario",
    "category": "SOCIAL",
    "tags": ["food", "city"],
    "language": "pt-PT",
    "difficulty": 2,
    "pages": [LESSON, {"id": "outside", "blocks": [{"id": "walk", "type": "prompt"}]}],
}


def large(blocks: int, pages: int = 80, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """A definition of so many blocks, dealt out to so many pages; ids and titles as long as real ones are."""
    dealt: list[dict[str, Any]] = [
        {"id": f"page-{number:02d}", "title": f"Page {number}", "blocks": []} for number in range(pages)
    ]
    for number in range(blocks):
        block = {
            "id": f"3f251ff6-f0c6-41c1-9d0f-{number:012d}",
            "type": BLOCK_TYPES[number % len(BLOCK_TYPES)],
            "title": f"Block number {number} of many",
            "content": {"text": f"What block {number} shows."} if content is None else content,
        }
        dealt[number * pages // blocks]["blocks"].append(block)
    return {"name": "A very large one", "pages": dealt}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=8)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
CONTENTS = st.dictionaries(TEXTS, JSON, max_size=3)
QUESTIONS = st.fixed_dictionaries(
    {"id": IDS, "answers": st.lists(TEXTS.filter(bool), min_size=1, max_size=3), "points": st.integers(1, 1000)}
)


@st.composite
def blocks(draw: st.DrawFn) -> dict[str, Any]:
    """Any block that its type allows."""
    kind = draw(st.sampled_from(BLOCK_TYPES))
    block: dict[str, Any] = {"id": draw(IDS), "type": kind, "title": draw(TEXTS), "content": draw(CONTENTS)}
    if kind in DECORATION:
        return block
    score = draw(st.one_of(st.none(), st.floats(0, 1)))
    moves = [
        each.value for each in MoveOn if score is not None or each not in (MoveOn.PASSED, MoveOn.COMPLETED_AND_PASSED)
    ]
    asked = draw(st.lists(QUESTIONS, max_size=3, unique_by=lambda each: each["id"])) if kind in ASKING else []
    return {
        **block,
        "required": draw(st.one_of(st.none(), st.booleans())),
        "move_on": draw(st.sampled_from(moves)),
        "passing_score": score,
        "questions": asked,
    }


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Any definition that is taken, without prerequisites."""
    every = draw(st.lists(blocks(), max_size=6, unique_by=lambda each: each["id"]))
    ids = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    pages = [{"id": each, "title": draw(TEXTS), "blocks": every[number :: len(ids)]} for number, each in enumerate(ids)]
    place = st.fixed_dictionaries(
        {"lat": st.floats(-90, 90), "lng": st.floats(-180, 180), "radius_meters": st.integers(1, 100_000)}
    )
    location = draw(st.one_of(st.none(), place))
    virtues = st.dictionaries(st.sampled_from(VIRTUES), st.floats(0, 100), max_size=3)
    return {
        "name": draw(TEXTS.filter(lambda each: bool(each.strip()))),
        "kind": draw(st.sampled_from(["experience", "scenario", "wod", "a_kind"])),
        "status": draw(st.sampled_from(["published", "archived", "draft"])),
        "description": draw(TEXTS),
        "category": draw(st.sampled_from([None, "PHYSICAL", "MENTAL", "CREATIVE", "SOCIAL", "SPIRITUAL"])),
        "tags": draw(st.lists(IDS, max_size=3)),
        "language": draw(st.sampled_from([None, "en", "pt-BR", "zh-Hant-TW"])),
        "difficulty": draw(st.integers(1, 5)),
        "min_level": draw(st.integers(1, 100)),
        "required_virtues": draw(virtues),
        "quadrants": draw(st.one_of(st.just({}), st.fixed_dictionaries(dict.fromkeys(QUADRANTS, TEXTS)))),
        "primary_quadrant": draw(st.sampled_from(QUADRANTS)),
        "virtue_impacts": draw(virtues),
        "xp_reward": draw(st.one_of(st.none(), st.integers(0, 100_000))),
        "estimated_duration_minutes": draw(st.integers(0, 1000)),
        "completion_criteria": {
            "min_time_minutes": draw(st.integers(0, 100)),
            "required_outputs": draw(st.lists(IDS, max_size=2)),
            "reflection": draw(st.booleans()),
        },
        "max_mastery_level": draw(st.integers(1, 100)),
        "location": location,
        "location_required": draw(st.sampled_from([None, False, True] if location else [None, False])),
        "move_on": draw(st.sampled_from([each.value for each in MoveOn])),
        "migrates": draw(st.booleans()),
        "expected_contents": draw(st.integers(0, 10_000)),
        "pages": pages,
    }
