"""Who may do what, as the document says it: one row an operation, one column a kind of caller."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.routes import PREFIX
from openapi.operation import PlayerIn


class Caller(StrEnum):
    """Kinds of callers: the roles, a player who names another player, and who has no token."""

    PLAYER = "player"
    OTHER_PLAYER = "another player"
    SERVICE = "service"
    OPERATOR = "operator"
    ADMIN = "admin"
    NOBODY = "no token"


class Verdict(StrEnum):
    """What a caller gets: let in, a refusal (of all, or of each event), the gateway's 401; or is no such request."""

    LET_IN = "yes"
    ROLE = "role-not-allowed"
    PLAYER = "other-player"
    EACH = "each: other-player"
    GATEWAY = "401"
    NONE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation's verdicts. route: method and path, without the prefix."""

    route: str
    tag: str
    verdicts: Mapping[Caller, Verdict]


def rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """The matrix, in the document's order."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            verdicts = {caller: verdict(operation, caller) for caller in Caller}
            yield Row(f"{method.upper()} {path}", operation["tags"][0], verdicts)


def verdict(operation: Mapping[str, Any], caller: Caller) -> Verdict:
    """What an operation answers to one kind of caller."""
    player_in = operation.get("x-player-in")
    if caller is Caller.OTHER_PLAYER and player_in is None:
        return Verdict.NONE
    if operation.get("security") == []:
        return Verdict.LET_IN
    if caller is Caller.NOBODY:
        return Verdict.GATEWAY
    role = Caller.PLAYER if caller is Caller.OTHER_PLAYER else caller
    if role not in operation["x-roles"]:
        return Verdict.ROLE
    if caller is Caller.OTHER_PLAYER:
        return Verdict.EACH if player_in == PlayerIn.EACH_EVENT else Verdict.PLAYER
    return Verdict.LET_IN


INTRODUCTION = f"""\
# Who may do what

Made from [openapi.json](openapi.json) by `make openapi`; `tests/contract/test_access.py` asks the functions for every
cell. Paths begin with `{PREFIX}`.

- **{Caller.PLAYER}**: a player's token, for that player. **{Caller.OTHER_PLAYER}**: a player's token, with the id of
  another in the path, or in the query or the body where that names the player.
- **{Verdict.LET_IN}**: let in. **{Verdict.ROLE}**, **{Verdict.PLAYER}**: 403 with that problem, and nothing is
  written. **{Verdict.EACH}**: 200, with that problem as the result of each event, and nothing is written.
- **{Verdict.GATEWAY}**: refused by the gateway. A function that is asked all the same answers 403.
- A token of another tenant is let in to that tenant, and neither sees nor changes anything of this one.
"""


def matrix(document: Mapping[str, Any]) -> str:
    """The page docs/access-matrix.md."""
    by_tag: dict[str, list[Row]] = {}
    for row in rows(document):
        by_tag.setdefault(row.tag, []).append(row)
    lines = [INTRODUCTION]
    for tag, of_tag in by_tag.items():
        lines += [f"## {tag}", "", f"| | {' | '.join(Caller)} |", "|---" * (1 + len(Caller)) + "|"]
        lines += [f"| `{row.route}` | {' | '.join(row.verdicts.values())} |" for row in of_tag]
        lines.append("")
    return "\n".join(lines)
