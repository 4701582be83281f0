"""Ids in paths: what a client encodes is what a function gets, whichever of its two ways the gateway has with `%25`."""

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.platform.api.http import path_id
from tests.support.world import World

TYPICAL = ["a/b", "what?", "/", "50%", "100 %?/", "שלום/עולם", "👩‍🚀", 'the "gate"', "e\u0301#1", "a%20b", "%", "%2"]


def sent(identifier: str) -> str:
    """As docs/http-api.md has clients write an id into a path."""
    return quote(identifier.replace("/", "%2F").replace("?", "%3F"), safe="")


def decodes_all(path: str) -> str:
    return unquote(path)


def decodes_all_but_percent(path: str) -> str:
    return "%25".join(unquote(part) for part in path.split("%25"))


GATEWAYS = [decodes_all, decodes_all_but_percent]
ENCODED_ALREADY = re.compile("%(25|2f|3f)", re.IGNORECASE)
IDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.text("ab/?%2Ff3 ", min_size=1, max_size=10),
)


@given(IDS.filter(lambda identifier: not ENCODED_ALREADY.search(identifier)), st.sampled_from(GATEWAYS))
def test_any_id_comes_through_a_path(identifier: str, gateway: Callable[[str], str]) -> None:
    segment = gateway(sent(identifier))
    assert not set("/?") & set(segment), "the gateway still sees one segment"
    assert path_id(segment) == identifier


@pytest.mark.parametrize("gateway", GATEWAYS)
@pytest.mark.parametrize("identifier", TYPICAL)
def test_a_player_an_experience_and_a_content_are_found_by_the_ids_in_a_path(
    world: World, identifier: str, gateway: Callable[[str], str]
) -> None:
    segment = gateway(sent(identifier))
    world.define(segment)
    client = world.call("progress", "service")
    where = f"/players/{segment}/experiences/{segment}"
    assert client.send("POST", f"{where}/start", {}).status == 200
    event = {"type": "waypoint_visited", "content_id": identifier, "experience_id": identifier}
    assert world.call("events", player=identifier).send("POST", "/players/me/events", event).status == 200
    visit = client.send("GET", f"{where}/visits/{segment}").body
    named = (visit["player_id"], visit["experience_id"], visit["content_id"])
    assert (named, visit["visits"]) == ((identifier,) * 3, 1)


def test_a_slash_that_is_not_written_so_parts_the_path(world: World) -> None:
    reply = world.call("progress").send("GET", f"/players/me/experiences/{unquote(quote('a/b', safe=''))}")
    assert (reply.status, reply.body["type"]) == (404, "urn:cairn:problem:unknown-route")
