"""docs/progress.md says what the code does: moves, event types, move_on, criteria, repair rules, limits."""

import re

from cairn.catalog.experience import BLOCK_TYPES, DECORATION, MoveOn
from cairn.completion.rules import CRITERIA
from cairn.platform.api.caller import MAX_ENCODED_BYTES, MAX_ID_CHARACTERS
from cairn.platform.api.http import MAX_BODY_BYTES
from cairn.progress.bodies import MAX_NOTES, BulkBody
from cairn.progress.effects import COUNTED, EFFECTS, MOVES_TO, PERCENTAGE_REPORTED
from cairn.progress.mastery import HIGHEST_FACTOR, chance
from cairn.progress.progress import DAY_SECONDS, MAX_DATA_BYTES, MAX_DISTANCE_METERS, State
from cairn.progress.repair import LATEST, RECOUNT, RULES
from cairn.progress.rules import INTERRUPTED_AFTER_DAYS, MAX_OTHER_OUTPUTS, MOVES, NOT_STARTED, OPERATORS
from cairn.progress.storage import MAX_CONTENTS_BYTES
from tests.support.documented import PAGE, moves, states, table

TEXT = PAGE.read_text()


def test_every_move_is_legal_where_the_table_says_so_and_nowhere_else() -> None:
    assert set(states()) == {NOT_STARTED, *State}
    legal = {(state.value if state else NOT_STARTED, move) for move, states in MOVES.items() for state in states}
    assert legal == set(moves())


def test_every_state_that_a_move_leads_to_is_one() -> None:
    assert set().union(*moves().values()) == set(State)
    operators = {move for _, move in moves() if move in OPERATORS}
    assert operators == OPERATORS
    assert all(f"`{move}`" in TEXT for move in OPERATORS)


def test_the_table_of_event_types_is_that_of_the_effects() -> None:
    _, *rows = table("What events change")
    assert rows == [[f"`{type}`", effect.of, effect.does] for type, effect in EFFECTS.items()]
    assert all(f"`{type}`" in TEXT for type in (*COUNTED, *MOVES_TO, PERCENTAGE_REPORTED))


def test_blocks_are_named_and_move_on_is_explained() -> None:
    section = TEXT.partition("## Blocks\n")[2].partition("\n## ")[0]
    assert all(re.search(rf"\b{type}\b", section) for type in BLOCK_TYPES)
    assert f"{' and '.join(sorted(DECORATION, reverse=True))}, which decorate" in " ".join(section.split())
    _, *rows = table("Blocks")
    assert [row[0].split()[0].strip("`") for row in rows] == [
        move_on.value
        for move_on in (
            MoveOn.COMPLETED,
            MoveOn.PASSED,
            MoveOn.COMPLETED_AND_PASSED,
            MoveOn.COMPLETED_OR_PASSED,
            MoveOn.NOT_APPLICABLE,
        )
    ]


def test_every_criterion_of_completion_is_listed() -> None:
    _, *rows = table("Completion")
    assert [row[0].strip("`") for row in rows] == list(CRITERIA)


def test_the_worked_example_of_practice_is_what_the_formula_gives() -> None:
    (line,) = re.findall(
        r"At level (\d) with factor (\d) the chance is ([\d.]+), at level (\d) with\s+factor (\d)", TEXT
    )
    level, factor, shown, high, highest = line
    assert round(chance(int(level), float(factor)), 4) == float(shown)
    assert f"it is {chance(int(high), float(highest)):.4f}" in TEXT
    assert float(highest) == HIGHEST_FACTOR
    (formula,) = re.findall(r"^    (0\.2 x .*)$", TEXT, re.MULTILINE)
    for level_ in range(5):
        names = {"performance_factor": 1.5, "mastery_level": level_}
        assert chance(level_, 1.5) == eval(formula.replace(" x ", " * "), names)


def test_the_rules_of_repair_are_listed_in_their_order() -> None:
    section = TEXT.partition("## Repair\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\d\. (.*)$", section, re.MULTILINE) == [LATEST, *(name for name, _ in RULES), RECOUNT]


def test_the_limits_are_those_of_the_code() -> None:
    _, *rows = table("Limits")
    stated = {what: how_much for what, how_much, _ in rows}
    maximum = BulkBody.model_fields["events"].metadata[1].max_length
    assert stated["an id"] == f"{MAX_ID_CHARACTERS} characters, {MAX_ENCODED_BYTES} bytes percent-encoded"
    assert stated["`data` of an event or of work on a block"] == f"{MAX_DATA_BYTES // 1024} KB of JSON"
    assert stated["a body"] == f"{MAX_BODY_BYTES // 1024} KB"
    assert stated["events at once"] == str(maximum)
    assert stated["contents of one bucket"].startswith(f"{MAX_CONTENTS_BYTES // 1024} KB of JSON;")
    assert stated["names of outputs"] == f"those required, and {MAX_OTHER_OUTPUTS} others"
    assert stated["an output, notes, a reflection"] == f"{MAX_NOTES:,} characters"
    assert stated["a session, time on a block"] == f"{DAY_SECONDS // 3600} hours"
    assert stated["distance of an event"] == f"{MAX_DISTANCE_METERS // 1000:,} km"
    assert f"After more than {INTERRUPTED_AFTER_DAYS} the experience" in TEXT
