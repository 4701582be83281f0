"""Export and import: the same definitions elsewhere, whatever their order, and a result for each."""

import itertools
from typing import Any

import pytest

from cairn.platform.table import Table
from tests.support.definitions import CAFE
from tests.support.http import Reply
from tests.support.world import WOODS, World, all_items

FOUR: list[dict[str, Any]] = [
    {"id": "a", "name": "A", "prerequisites": ["b", "c"]},
    {"id": "b", "name": "B", "prerequisites": ["c"]},
    {"id": "c", "name": "C"},
    {"id": "d", "name": "D", "status": "draft", "prerequisites": ["nowhere"]},
]


def bring(world: World, experiences: list[dict[str, Any]], key: str | None = None) -> Reply:
    return world.call("catalog", "operator").send("POST", "/experiences/import", {"experiences": experiences}, key=key)


def results(reply: Reply) -> dict[str, str]:
    """By id what became of each: the result, or the problem."""
    assert reply.status == 200, reply.body
    return {
        each["id"]: each["problem"]["type"].removeprefix("urn:cairn:problem:") if "problem" in each else each["result"]
        for each in reply.body["experiences"]
    }


def exported(world: World, role: str = "operator", **query: Any) -> list[Any]:
    """All pages of an export."""
    return world.call("catalog", role).walk("/experiences/export", "experiences", **query)


@pytest.fixture
def full(world: World) -> World:
    """A tenant with something of everything."""
    operator = world.call("catalog", "operator")
    for identifier, body in {
        "cafe": CAFE,
        "peak": {**WOODS, "prerequisites": ["woods", "cafe"], "location": {"lat": 1.5, "lng": -2}},
        "old": {"name": "Old", "status": "archived", "expected_contents": 99},
        "plan": {**CAFE, "name": "Plan", "status": "draft"},
        "zoë 50%": {"name": "Zoë"},
    }.items():
        assert operator.send("PUT", f"/experiences/{identifier}", body).status == 200
    operator.send("PUT", "/experiences/cafe", {**CAFE, "name": "A new café", "status": "draft"})
    return world


def test_what_is_exported_and_imported_elsewhere_is_exported_there_the_same(full: World) -> None:
    there = World(full.table, full.clock, "elsewhere")
    published, drafts = exported(full), exported(full, draft="true")
    assert [each["id"] for each in drafts] == ["cafe", "plan"]
    assert {each["status"] for each in published} == {"published", "archived"}
    assert {each["status"] for each in drafts} == {"draft"}
    assert set(results(bring(there, published[::-1])).values()) == {"created"}
    assert set(results(bring(there, drafts)).values()) == {"draft_saved"}
    assert exported(there) == published
    assert exported(there, "admin", draft="true") == drafts
    assert set(results(bring(there, [*drafts, *published])).values()) == {"unchanged"}


def test_an_export_is_taken_by_a_put(full: World) -> None:
    there = World(full.table, full.clock, "elsewhere")
    (cafe,) = [each for each in exported(full) if each["id"] == "cafe"]
    assert there.call("catalog", "operator").send("PUT", "/experiences/cafe", cafe).status == 200
    assert exported(there) == [cafe]
    assert cafe["pages"][0]["blocks"][1]["content"] == CAFE["pages"][0]["blocks"][1]["content"]


def test_contents_and_answers_are_exported_and_what_cairn_adds_is_not(full: World) -> None:
    (cafe,) = [each for each in exported(full) if each["id"] == "cafe"]
    assert cafe["pages"][0]["blocks"][3]["questions"][0]["answers"] == ["um café"]
    assert not {"version", "revision", "created_at", "updated_at", "created_by"} & set(cafe)


@pytest.mark.parametrize("role", ["player", "service"])
def test_only_operators_and_admins_export(full: World, role: str) -> None:
    assert full.call("catalog", role).send("GET", "/experiences/export").status == 403


@pytest.mark.parametrize("role", ["player", "service", "admin"])
def test_only_operators_import(world: World, role: str) -> None:
    before = all_items(world.table)
    reply = world.call("catalog", role).send("POST", "/experiences/import", {"experiences": FOUR})
    assert reply.status == 403
    assert all_items(world.table) == before


def test_an_export_comes_in_pages_of_what_fits(world: World) -> None:
    for number in range(7):
        page = {"id": "one", "blocks": [{"id": "b", "type": "image", "content": {"data": "x" * 290_000}}]}
        bring(world, [{"id": f"big-{number}", "name": "Big", "pages": [page]}])
    first = world.call("catalog", "operator").send("GET", "/experiences/export").body
    assert [each["id"] for each in first["experiences"]] == ["big-0", "big-1", "big-2"]
    assert [each["id"] for each in exported(world)] == [*(f"big-{number}" for number in range(7)), "woods"]


def test_a_cursor_that_is_none_is_refused(world: World) -> None:
    reply = world.call("catalog", "operator").send("GET", "/experiences/export", cursor="nothing")
    assert reply.status == 422


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_the_order_of_an_import_says_nothing(world: World, order: tuple[int, ...]) -> None:
    reply = bring(world, [FOUR[number] for number in order])
    assert results(reply) == {"a": "created", "b": "created", "c": "created", "d": "draft_saved"}
    assert [each["id"] for each in reply.body["experiences"]] == [FOUR[number]["id"] for number in order]


def test_each_definition_has_its_own_result(world: World) -> None:
    bring(world, FOUR)
    reply = bring(
        world,
        [
            {"id": "a", "name": "A", "prerequisites": ["b", "c"]},
            {"id": "b", "name": "B2", "prerequisites": ["c"]},
            {"id": "c", "name": "C", "status": "archived"},
            {"id": "d", "name": "D", "status": "draft"},
            {"id": "e", "name": "E", "prerequisites": ["nowhere"]},
            {"id": "f", "name": "", "difficulty": 9},
            {"name": "no id"},
            {"id": "import", "name": "a reserved word"},
            {"id": "a/b", "name": "any characters"},
            {"id": 7, "name": "a number"},
            {"id": "g" * 129, "name": "too long"},
            {"id": "語" * 100, "name": "too long for a key"},
            {"id": "h", "name": "H", "pages": [{"id": "p", "blocks": [{"id": "b", "type": "x"}] * 100}]},
            {"id": "i", "name": "I", "user_id": "ada"},
        ],
    )
    told = [each.get("problem", each) for each in reply.body["experiences"]]
    kinds = [each["type"].removeprefix("urn:cairn:problem:") if "type" in each else each["result"] for each in told]
    assert kinds == [
        "unchanged",
        "new_version",
        "status_changed",
        "draft_saved",
        "unknown-experience",
        *["invalid-body"] * 2,
        "invalid-parameter",
        "created",
        *["invalid-body"] * 2,
        "invalid-parameter",
        *["invalid-body"] * 2,
    ]
    assert (told[1]["version"], told[2]["version"], told[2]["status"]) == (2, 1, "archived")
    assert [each["field"] for each in told[5]["errors"]] == ["name", "difficulty"]
    assert len(told[12]["errors"]) == 5 and "more" in told[12]["detail"]
    assert told[4]["status"] == 404 and told[4]["title"] == "No such experience"


def test_a_circle_in_an_import_is_refused_whole_and_the_rest_is_done(world: World) -> None:
    circle = [{"id": each, "name": each, "prerequisites": [needed]} for each, needed in ("xy", "yz", "zx")]
    for order in ([*FOUR, *circle], [*circle[::-1], *FOUR]):
        reply = bring(world, order)
        told = results(reply)
        assert {told[each] for each in "xyz"} == {"circular-prerequisites"}
        assert told["a"] in ("created", "unchanged")
        (problem,) = [each["problem"] for each in reply.body["experiences"] if each["id"] == "x"]
        assert (problem["status"], problem["cycle"]) == (409, ["x", "y", "z", "x"])
    assert world.call("catalog").send("GET", "/experiences/x").status == 404


def test_what_an_import_takes_away_may_let_something_else_of_it_in(world: World) -> None:
    """Z leaves the way to a in the same import; by id it comes last."""
    bring(world, [{"id": "a", "name": "A"}, {"id": "m", "name": "M", "prerequisites": ["z"]}])
    bring(world, [{"id": "z", "name": "Z", "prerequisites": ["a"]}, {"id": "m", "name": "M", "prerequisites": ["z"]}])
    reply = bring(world, [{"id": "a", "name": "A", "prerequisites": ["m"]}, {"id": "z", "name": "Z"}])
    assert results(reply) == {"a": "new_version", "z": "new_version"}


def test_an_id_stands_once_but_for_a_draft_beside_what_is_published(world: World) -> None:
    twice = bring(world, [{"id": "a", "name": "A"}, {"id": "a", "name": "B"}, {"id": "b", "name": "B"}])
    assert results(twice) == {"a": "invalid-body", "b": "created"}
    pair = bring(world, [{"id": "a", "name": "New", "status": "draft"}, {"id": "a", "name": "A"}])
    assert [each["result"] for each in pair.body["experiences"]] == ["draft_saved", "created"]
    assert world.call("catalog", "operator").send("GET", "/experiences/a", draft="true").body["name"] == "New"


@pytest.mark.parametrize("count", [0, 26])
def test_an_import_has_one_to_twenty_five(world: World, count: int) -> None:
    reply = bring(world, [{"id": str(number), "name": "It"} for number in range(count)])
    assert (reply.status, reply.body["errors"][0]["field"]) == (422, "experiences")


def test_the_same_import_again_answers_what_it_answered(world: World) -> None:
    assert bring(world, FOUR, key="").status == 400
    first = bring(world, FOUR, key="one")
    before = all_items(world.table)
    again = bring(world, FOUR, key="one")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert all_items(world.table) == before
    other = bring(world, FOUR[1:], key="one")
    assert (other.status, other.body["type"]) == (422, "urn:cairn:problem:idempotency-key-reused")
    assert all_items(world.table) == before


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A client whose process dies at a call: before it is sent, or once it is done."""

    def __init__(self, client: Any, dies_at: int, *, done: bool) -> None:
        self._client, self._left, self._done = client, dies_at, done

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._done:
                raise Killed
            answer = getattr(self._client, operation)(**request)
            if self._left == 0:
                raise Killed
            return answer

        return call


@pytest.mark.parametrize("done", [False, True], ids=["before it is sent", "once it is done"])
def test_an_import_that_is_killed_at_any_call_is_ended_by_a_retry(world: World, done: bool) -> None:
    three = FOUR[1:]
    undisturbed = World(world.table, world.clock, "undisturbed")
    expected = bring(undisturbed, three, key="one").body
    for dies_at in range(1, 20):
        tenant = f"dies-at-{dies_at}"
        dying = Table(Dying(world.table.client, dies_at, done=done), world.table.name)
        try:
            bring(World(dying, world.clock, tenant), three, key="one")
        except Killed:
            again = World(world.table, world.clock, tenant)
            assert bring(again, three, key="one").body == expected
            assert exported(again) == exported(undisturbed)
        else:
            break
    assert dies_at > 6
