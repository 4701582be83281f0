"""Drafts, versions and the archive: what operators work on, what players see, and when that changes."""

from datetime import timedelta
from typing import Any

import pytest

from cairn.catalog.experience import Status
from cairn.catalog.storage import Catalog
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Patience, Table
from tests.support.definitions import CAFE, LESSON
from tests.support.http import Client, Reply
from tests.support.world import World, all_items

SHORT = {**CAFE, "pages": [{"id": "lesson", "blocks": [{"id": "film", "type": "video", "content": {"url": "short"}}]}]}


@pytest.fixture
def cafe(world: World) -> "Cafe":
    return Cafe(world)


class Cafe:
    """One experience, as its operator handles it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def put(self, body: dict[str, Any], status: str = "published", **headers: str) -> Reply:
        path = "/experiences/cafe"
        return self.call().send("PUT", path, {**body, "status": status}, headers=headers)

    def post(self, what: str, key: str | None = None, **headers: str) -> Reply:
        return self.call().send("POST", f"/experiences/cafe/{what}", {}, key=key, headers=headers)

    def get(self, what: str = "", role: str = "operator", **query: Any) -> Reply:
        # Another process than the one before: what players see is up to a minute old in one.
        return (
            World(self.world.table, self.world.clock)
            .call("catalog", role)
            .send("GET", f"/experiences/cafe{what}", **query)
        )

    def call(self) -> Client:
        return self.world.call("catalog", "operator")

    def stored(self) -> set[str]:
        """What the table has of it, by the last part of the key."""
        return {
            f"{key.pk.partition('#cafe')[2]}/{key.sk}" for key in all_items(self.world.table) if "cafe" in "".join(key)
        }


def problem(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["type"].removeprefix("urn:cairn:problem:")


def test_a_draft_is_seen_by_operators_and_admins_alone(cafe: Cafe) -> None:
    saved = cafe.put(CAFE, "draft")
    assert (saved.status, saved.body["status"], saved.body["version"], saved.body["revision"]) == (200, "draft", 0, 1)
    for role in ("operator", "admin"):
        shown = cafe.get(role=role, draft="true")
        assert (shown.body["name"], shown.body["status"], shown.headers["ETag"]) == (CAFE["name"], "draft", '"1"')
        assert (
            cafe.get("/pages/lesson", role, draft="true").body["blocks"][1]["content"] == LESSON["blocks"][1]["content"]
        )
        unpublished = cafe.get(role=role)
        assert (problem(unpublished), "?draft=true" in unpublished.body["detail"]) == (
            (404, "unknown-experience"),
            True,
        )
    for role in ("player", "service"):
        assert problem(cafe.get(role=role)) == (404, "unknown-experience")
        assert "draft" not in cafe.get(role=role).body["detail"]
        assert problem(cafe.get("/pages/lesson", role)) == (404, "unknown-experience")
        assert problem(cafe.get(role=role, version="1")) == (404, "unknown-experience")
        for path in ("", "/pages/lesson"):
            assert problem(cafe.get(path, role, draft="true")) == (403, "role-not-allowed")
        assert problem(cafe.get("/versions", role)) == (403, "role-not-allowed")
        assert cafe.world.call("catalog", role).send("GET", "/experiences").body["experiences"][0]["id"] == "woods"
    assert problem(cafe.world.play("start", experience="cafe")) == (404, "unknown-experience")


def test_a_draft_beside_what_is_published_changes_nothing_for_players(cafe: Cafe) -> None:
    cafe.put(CAFE)
    seen = [cafe.get(role="player").body, cafe.get("/pages/lesson", "player").body]
    cafe.put({**SHORT, "name": "New"}, "draft")
    assert [cafe.get(role="player").body, cafe.get("/pages/lesson", "player").body] == seen
    assert (cafe.get().body["name"], cafe.get(draft="true").body["name"]) == (CAFE["name"], "New")
    assert cafe.get("/pages/lesson", draft="true").body["blocks"][0]["content"] == {"url": "short"}


def test_without_a_draft_what_is_published_is_the_draft(cafe: Cafe) -> None:
    cafe.put(CAFE)
    shown = cafe.get(draft="true")
    assert (shown.body, shown.headers["ETag"]) == (cafe.get().body, '"1"')


def test_a_draft_is_overwritten_and_its_pages_with_it(cafe: Cafe) -> None:
    cafe.put(CAFE, "draft")
    before = cafe.stored()
    assert {"#P#1#0/PAGE", "#P#1#1/PAGE", "/DRAFT"} <= before
    cafe.put(SHORT, "draft")
    assert cafe.stored() == before - {"#P#1#1/PAGE"}
    assert cafe.get("/pages/lesson", draft="true").body["blocks"][0]["content"] == {"url": "short"}
    assert problem(cafe.get("/pages/outside", draft="true")) == (404, "unknown-page")


def test_publishing_a_draft_makes_it_the_version_and_leaves_no_draft(cafe: Cafe) -> None:
    cafe.put(CAFE)
    cafe.put(SHORT, "draft")
    done = cafe.post("publish")
    assert done.body == {"id": "cafe", "result": "new_version", "version": 2, "status": "published", "revision": 3}
    assert done.headers["ETag"] == '"3"'
    assert "/DRAFT" not in cafe.stored()
    for role in ("player", "operator"):
        shown = cafe.get("/pages/lesson", role)
        assert (shown.body["version"], shown.body["blocks"][0]["content"]) == (2, {"url": "short"})
        old = cafe.get("/pages/lesson", role, version="1").body
        assert (old["version"], old["blocks"][1]["content"]) == (1, LESSON["blocks"][1]["content"])
    assert problem(cafe.post("publish")) == (409, "no-draft")


def test_a_first_draft_is_published_as_version_1(cafe: Cafe) -> None:
    cafe.put(CAFE, "draft")
    cafe.world.clock.at += timedelta(days=1)
    assert cafe.post("publish").body["result"] == "created"
    shown = cafe.get(role="player").body
    assert (shown["version"], shown["status"]) == (1, "published")
    assert (shown["created_at"][:10], shown["updated_at"][:10]) == ("2026-11-20", "2026-11-21")


def test_a_definition_that_is_published_takes_the_place_of_the_draft(cafe: Cafe) -> None:
    cafe.put(CAFE, "draft")
    cafe.put(SHORT)
    assert cafe.stored() == {"/ID#cafe", "/LATEST", "/V#000001", "#P#1#0/PAGE"}
    assert cafe.get("/pages/lesson", "player").body["blocks"][0]["content"] == {"url": "short"}


def test_published_pages_stay_whatever_later_drafts_write(cafe: Cafe) -> None:
    cafe.put(CAFE, "draft")
    cafe.post("publish")
    cafe.put(SHORT, "draft")
    cafe.put({**SHORT, "pages": []}, "draft")
    cafe.put({**SHORT, "pages": []})
    old = cafe.get("/pages/lesson", version="1").body["blocks"]
    assert [each["content"] for each in old] == [each.get("content", {}) for each in LESSON["blocks"]]


def test_the_same_definition_makes_no_version_and_the_same_draft_no_revision(cafe: Cafe) -> None:
    for status in ("draft", "published"):
        first = cafe.put(CAFE, status)
        before = all_items(cafe.world.table)
        cafe.world.clock.at += timedelta(days=1)
        again = cafe.put(CAFE, status)
        assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, first.headers["ETag"])
        assert all_items(cafe.world.table) == before


def test_a_draft_that_says_what_is_published_is_none(cafe: Cafe) -> None:
    cafe.put(CAFE)
    before = cafe.stored()
    assert cafe.put(CAFE, "draft").body["revision"] == 1
    cafe.put(SHORT, "draft")
    dropped = cafe.put(CAFE, "draft")
    assert (dropped.status, dropped.body["status"], dropped.body["revision"]) == (200, "published", 3)
    assert cafe.stored() == before
    assert problem(cafe.post("publish")) == (409, "no-draft")


def test_publishing_what_is_published_leaves_the_draft_alone(cafe: Cafe) -> None:
    cafe.put(CAFE)
    cafe.put(SHORT, "draft")
    before = all_items(cafe.world.table)
    assert cafe.put(CAFE).body["version"] == 1
    assert all_items(cafe.world.table) == before


def test_an_archived_experience_says_so_and_keeps_its_version_and_its_draft(cafe: Cafe) -> None:
    cafe.put(CAFE)
    cafe.put(SHORT, "draft")
    done = cafe.post("archive")
    assert done.body == {"id": "cafe", "result": "status_changed", "version": 1, "status": "archived", "revision": 3}
    shown = cafe.get(role="player").body
    assert (shown["status"], shown["version"], shown["name"]) == ("archived", 1, CAFE["name"])
    assert Catalog(cafe.world.table).get("acme", "cafe").status is Status.ARCHIVED
    assert Catalog(cafe.world.table).version("acme", "cafe", 1).status is Status.PUBLISHED
    assert cafe.get(draft="true").body["status"] == "draft"
    again = cafe.post("archive")
    assert (again.body["result"], again.body["revision"]) == ("unchanged", 3)


def test_what_is_archived_comes_back_by_publishing_it_again(cafe: Cafe) -> None:
    cafe.put(CAFE)
    for again in ("put", "publish"):
        assert cafe.post("archive").status == 200
        reply = cafe.put(CAFE) if again == "put" else cafe.post("publish")
        assert (reply.status, cafe.get(role="player").body["status"]) == (200, "published")
    assert cafe.get().body["version"] == 1
    cafe.post("archive")
    assert (cafe.put(SHORT).body["version"], cafe.get(role="player").body["status"]) == (2, "published")
    cafe.post("archive")
    cafe.put({**SHORT, "name": "New"}, "draft")
    assert (cafe.post("publish").body["version"], cafe.get(role="player").body["name"]) == (3, "New")


def test_an_experience_may_be_defined_as_archived(cafe: Cafe) -> None:
    assert cafe.put(CAFE, "archived").body["status"] == "archived"
    assert cafe.get(role="player").body["status"] == "archived"
    assert cafe.get(version="1").body["status"] == "published", "a version has no status of its own"


def test_what_cannot_be_published_or_archived_is_said(cafe: Cafe) -> None:
    for what in ("publish", "archive"):
        assert problem(cafe.post(what)) == (404, "unknown-experience")
    cafe.put(CAFE, "draft")
    assert problem(cafe.post("archive")) == (409, "not-published")
    assert cafe.get("/versions").body == {"experience_id": "cafe", "versions": [], "next": None}


def test_publishing_checks_what_a_draft_was_not_held_to(cafe: Cafe) -> None:
    cafe.put({**CAFE, "prerequisites": ["nowhere"]}, "draft")
    assert problem(cafe.post("publish")) == (404, "unknown-experience")
    cafe.put({**CAFE, "prerequisites": ["cafe"]}, "draft")
    refused = cafe.post("publish")
    assert (problem(refused), refused.body["cycle"]) == ((409, "circular-prerequisites"), ["cafe", "cafe"])
    assert cafe.get(draft="true").body["prerequisites"] == ["cafe"]


def test_versions_are_listed_newest_first(cafe: Cafe) -> None:
    for number in range(1, 6):
        cafe.put({**CAFE, "xp_reward": number, "migrates": number == 3})
        cafe.world.clock.at += timedelta(days=1)
    admin = World(cafe.world.table, cafe.world.clock).call("catalog", "admin")
    seen = admin.walk("/experiences/cafe/versions", "versions", limit="2")
    assert [each["version"] for each in seen] == [5, 4, 3, 2, 1]
    assert seen[2] == {
        "version": 3,
        "name": CAFE["name"],
        "published_at": "2026-11-22T12:00:00.000Z",
        "migrates": True,
        "pages": 2,
        "blocks": 14,
    }
    assert problem(cafe.world.call("catalog", "operator").send("GET", "/experiences/nowhere/versions")) == (
        404,
        "unknown-experience",
    )


@pytest.mark.parametrize("version", ["0", "-1", "two", "1000000", "1.0"])
def test_a_version_is_a_whole_number(cafe: Cafe, version: str) -> None:
    assert problem(cafe.get(version=version)) == (422, "invalid-parameter")


def test_what_is_asked_for_must_be_one_thing(cafe: Cafe) -> None:
    cafe.put(CAFE)
    assert problem(cafe.get(version="1", draft="true")) == (422, "invalid-parameter")
    assert problem(cafe.get(draft="yes")) == (422, "invalid-parameter")
    assert cafe.get(version="1", draft="false").status == 200
    assert problem(cafe.get(version="2")) == (404, "unknown-experience")
    unknown = cafe.get("/pages/nowhere")
    assert (problem(unknown), "'lesson', 'outside'" in unknown.body["detail"]) == ((404, "unknown-page"), True)


def test_answers_are_shown_to_everybody_but_players(cafe: Cafe) -> None:
    cafe.put(CAFE)
    for path in ("", "/pages/lesson"):
        for role in ("operator", "admin", "service", "player"):
            for query in ({}, {"version": "1"}):
                body = cafe.get(path, role, **query).body
                quiz = body.get("pages", [body])[0]["blocks"][3]
                bare = [{"id": "q1", "points": 2}, {"id": "q2", "points": 1}]
                told = [{**bare[0], "answers": ["um café"]}, {**bare[1], "answers": ["obrigado", "obrigada"]}]
                assert quiz["questions"] == (bare if role == "player" else told)
                assert ("answers" in str(body)) == (role != "player")


# Two operators at one experience.


def test_get_and_put_answer_the_etag_of_what_stands(cafe: Cafe) -> None:
    etags = [
        cafe.put(CAFE).headers["ETag"],
        cafe.get().headers["ETag"],
        cafe.put(SHORT, "draft").headers["ETag"],
        cafe.get().headers["ETag"],
        cafe.get(draft="true").headers["ETag"],
        cafe.get("/pages/lesson").headers["ETag"],
        cafe.post("publish").headers["ETag"],
        cafe.post("archive").headers["ETag"],
        cafe.get("/pages/lesson", "player").headers["ETag"],
        cafe.get(version="1").headers["ETag"],
    ]
    assert etags == ['"1"', '"1"', '"2"', '"2"', '"2"', '"2"', '"3"', '"4"', '"4"', '"1"']


def test_who_has_it_already_is_not_sent_it_again(cafe: Cafe) -> None:
    cafe.put(CAFE)
    for role in ("operator", "player"):
        http = World(cafe.world.table, cafe.world.clock).call("catalog", role)
        for path in ("/experiences/cafe", "/experiences/cafe/pages/lesson"):
            etag = http.send("GET", path).headers["ETag"]
            spared = http.send("GET", path, headers={"if-none-match": etag})
            assert (spared.status, spared.body) == (304, None)


@pytest.mark.parametrize("status", ["published", "draft"])
def test_a_put_over_what_another_wrote_is_refused_and_writes_nothing(cafe: Cafe, status: str) -> None:
    mine = cafe.put(CAFE).headers["ETag"]
    theirs = cafe.put(SHORT, "draft").headers["ETag"]
    before = all_items(cafe.world.table)
    late = cafe.put({**CAFE, "name": "Late"}, status, **{"if-match": mine})
    assert problem(late) == (412, "precondition-failed")
    assert late.body["etag"] == theirs and "send its ETag as If-Match" in late.body["detail"]
    for what in ("publish", "archive"):
        assert problem(cafe.post(what, **{"if-match": mine})) == (412, "precondition-failed")
    assert all_items(cafe.world.table) == before
    assert cafe.put({**CAFE, "name": "Late"}, status, **{"if-match": theirs}).status == 200


def test_if_none_match_creates_and_never_overwrites(cafe: Cafe) -> None:
    only_new = {"if-none-match": "*"}
    assert cafe.put(CAFE, **only_new).status == 200
    before = all_items(cafe.world.table)
    for body, status in ((CAFE, "published"), (SHORT, "published"), (SHORT, "draft")):
        assert problem(cafe.put(body, status, **only_new)) == (412, "precondition-failed")
    assert all_items(cafe.world.table) == before


def test_if_match_creates_nothing(cafe: Cafe) -> None:
    before = all_items(cafe.world.table)
    for held in ("*", '"1"'):
        assert problem(cafe.put(CAFE, **{"if-match": held})) == (412, "precondition-failed")
    assert all_items(cafe.world.table) == before


def test_a_put_whose_answer_was_lost_may_be_sent_again(cafe: Cafe) -> None:
    etag = cafe.put(CAFE).headers["ETag"]
    first = cafe.put(SHORT, **{"if-match": etag})
    again = cafe.put(SHORT, **{"if-match": etag})
    assert (again.status, again.body, again.headers["ETag"]) == (200, first.body, first.headers["ETag"])


@pytest.mark.parametrize("what", ["publish", "archive"])
def test_a_post_that_is_sent_again_answers_what_it_answered(cafe: Cafe, what: str) -> None:
    cafe.put(CAFE)
    etag = cafe.put(SHORT, "draft").headers["ETag"]
    assert cafe.post(what, key="").status == 400
    first = cafe.post(what, key="one", **{"if-match": etag})
    before = all_items(cafe.world.table)
    again = cafe.post(what, key="one", **{"if-match": etag})
    assert (first.status, again.body, again.headers["Idempotency-Replayed"]) == (200, first.body, "true")
    assert all_items(cafe.world.table) == before
    other = cafe.world.call("catalog", "operator").send("POST", f"/experiences/woods/{what}", {}, key="one")
    assert problem(other) == (422, "idempotency-key-reused")


class Late:
    """A client whose next batch read tells of some items what stood there before."""

    def __init__(self, client: Any, before: dict[Key, Raw], *late: str) -> None:
        self._client, self._before, self._late = client, before, late

    def __getattr__(self, operation: str) -> Any:
        return getattr(self._client, operation)

    def batch_get_item(self, **request: Any) -> Any:
        answer = self._client.batch_get_item(**request)
        for name, items in answer["Responses"].items():
            stood = [self._before.get(key, item) if (key := key_of(item)).sk in self._late else item for item in items]
            answer["Responses"][name] = stood
        self._late = ()
        return answer


def key_of(item: Raw) -> Key:
    return Key(item["PK"]["S"], item["SK"]["S"])


@pytest.mark.parametrize("late", ["LATEST", "ID#cafe"])
@pytest.mark.parametrize("what", ["archive", "publish"])
def test_a_batch_that_reads_two_moments_is_read_again(cafe: Cafe, late: str, what: str) -> None:
    cafe.put(CAFE)
    cafe.put({**CAFE, "name": "Kept"}, "draft")
    before = all_items(cafe.world.table)
    cafe.put(SHORT)
    cafe.put({**SHORT, "name": "Next"}, "draft")
    client = Late(cafe.world.table.client, before, late)
    table = Table(client, cafe.world.table.name, patience=lambda: Patience(sleep=lambda _: None))
    reply = World(table, cafe.world.clock).call("catalog", "operator").send("POST", f"/experiences/cafe/{what}", {})
    assert (reply.status, reply.body["version"]) == (200, 2 if what == "archive" else 3)
    shown = cafe.get(role="player").body
    assert (shown["name"], len(shown["pages"])) == (CAFE["name"] if what == "archive" else "Next", 1)
