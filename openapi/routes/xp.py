"""XP: the standing, the ledger and its figures, and what operators change in it."""

from typing import Any

from cairn.platform.api.caller import EVERYBODY, OPERATES, READS_PLAYERS, Role
from cairn.xp.bodies import AwardBody, ReversalBody
from cairn.xp.ledger import COMPLETION, FAMILIES
from cairn.xp.stats import MONTH, MOST
from openapi.operation import Before, Example, Operation, Parameter, PlayerIn
from openapi.parameters import CURSOR, ID, limit

XP = "/players/{player_id}/xp"
OLDER = "/gamification/xp"
DAY: dict[str, Any] = {"type": "string", "format": "date"}
DAYS = Parameter(
    "days", "How many days are listed.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": MONTH}
)
HISTORY = (
    Parameter("source", "The family of sources to show; a page then shows fewer.", {"enum": list(FAMILIES)}),
    Parameter("from", "The first UTC date of causes.", DAY),
    Parameter("to", "The last UTC date of causes.", DAY),
    limit(20),
    CURSOR,
)
USER = Parameter("user_id", "The player; a player's own may be left out.", ID)
NAMED = {"user_id": "ada"}
NOBODY = Example("Of nobody", by=Role.SERVICE, refused="name-the-player")
AWARDED = {"amount": 150, "reason": "Found a mistake in the tide table.", "reference": "T-1042"}

OPERATIONS = (
    Operation(
        route=f"GET {XP}",
        id="getXp",
        summary="Total XP, level and title, and what the next level takes.",
        roles=READS_PLAYERS,
        answer="XpStanding",
        examples=(Example("After two experiences"),),
    ),
    Operation(
        route=f"POST {XP}/awards",
        id="awardXp",
        summary="Give a player XP, for a reason that the ledger and the event log keep.",
        roles=OPERATES,
        body=AwardBody,
        answer="XpChanged",
        examples=(
            Example("For a reason", body=AWARDED),
            Example("More than 100,000", body={"amount": 100_001, "reason": "Much."}, refused="invalid-body"),
            Example("Who never played", player="nobody", body=AWARDED, refused="unknown-player"),
        ),
    ),
    Operation(
        route=f"GET {XP}/history",
        id="listXp",
        summary="The ledger, newest first: its entries add up to the total.",
        description="What was taken back says `reversed`; the entry that takes it back is right before it.",
        roles=READS_PLAYERS,
        parameters=HISTORY,
        answer="LedgerPage",
        examples=(
            Example("The latest two", query={"limit": "2"}),
            Example("The next", query={"limit": "2", "cursor": lambda page: page.body["next"]}),
            Example("What completing paid", query={"source": COMPLETION}),
            Example("Of some days", query={"from": "2026-11-20", "to": "2026-11-20", "limit": "3"}),
            Example("A cursor that is none", query={"cursor": "page-2"}, refused="invalid-parameter"),
            Example("A source that is none", query={"source": "luck"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route=f"POST {XP}/reversals",
        id="reverseXp",
        summary="Take an entry of the ledger back, once: the total and the level fall.",
        description=(
            "It counts for the day of what it takes back. Streak bonuses and achievements follow something else, and"
            " are corrected there."
        ),
        roles=OPERATES,
        body=ReversalBody,
        answer="XpChanged",
        examples=(
            Example(
                "An award by mistake",
                player="bob",
                before=(Before(f"POST {XP}/awards", player="bob", body=AWARDED),),
                body=lambda last: {"entry_id": last.body["entry"]["entry_id"], "reason": "It was Ada who found it."},
            ),
            Example(
                "The same again",
                player="bob",
                body=lambda last: {"entry_id": last.body["entry"]["reverses"], "reason": "To be sure."},
                refused="already-reversed",
            ),
            Example(
                "A reversal",
                player="bob",
                body=lambda last: {"entry_id": last.body["entry"]["entry_id"], "reason": "It was Bob."},
                refused="not-reversible",
            ),
            Example(
                "An entry that is none",
                body={"entry_id": "completion", "reason": "By mistake."},
                refused="unknown-entry",
            ),
            Example(
                "Who never played",
                player="nobody",
                body={"entry_id": "01M7WD7TG0SAK9W1XC3M1QMCK3.completion", "reason": "By mistake."},
                refused="unknown-player",
            ),
        ),
    ),
    Operation(
        route=f"GET {XP}/stats",
        id="getXpStats",
        summary="XP by source, by day, of today, 7 and 30 days; the best day, and the average of an active one.",
        roles=READS_PLAYERS,
        parameters=(DAYS,),
        answer="XpStats",
        examples=(
            Example("The last three days", query={"days": "3"}),
            Example("A whole year", query={"days": "365"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="GET /levels",
        id="listLevels",
        summary="Every level: the XP at which it begins, its title, and what the next one takes.",
        description="It may be kept for a day.",
        roles=EVERYBODY,
        answer="LevelTable",
        etag=True,
        examples=(
            Example("All hundred"),
            Example(
                "What has not changed", headers={"if-none-match": lambda last: str(last.headers["ETag"])}, status=304
            ),
        ),
    ),
    Operation(
        route=f"GET {OLDER}/level",
        id="getXpLevel",
        summary="As `GET /players/{player_id}/xp`.",
        roles=READS_PLAYERS,
        parameters=(USER,),
        answer="XpStanding",
        named=PlayerIn.QUERY,
        examples=(Example("The own level", query=NAMED), NOBODY),
    ),
    Operation(
        route=f"GET {OLDER}/history",
        id="getXpHistory",
        summary="As `GET /players/{player_id}/xp/history`.",
        roles=READS_PLAYERS,
        parameters=(USER, *HISTORY),
        answer="LedgerPage",
        named=PlayerIn.QUERY,
        examples=(Example("The latest two", query={**NAMED, "limit": "2"}), NOBODY),
    ),
    Operation(
        route=f"GET {OLDER}/stats",
        id="getXpStatistics",
        summary="As `GET /players/{player_id}/xp/stats`.",
        roles=READS_PLAYERS,
        parameters=(USER, DAYS),
        answer="XpStats",
        named=PlayerIn.QUERY,
        examples=(Example("Of two days", query={**NAMED, "days": "2"}), NOBODY),
    ),
    Operation(
        route=f"POST {OLDER}/award",
        id="awardXpTo",
        summary="As `POST /players/{player_id}/xp/awards`.",
        description="`user_id` names the player.",
        roles=OPERATES,
        body=AwardBody,
        answer="XpChanged",
        refuses=("unknown-player",),
        named=PlayerIn.BODY,
        examples=(
            Example("For a reason", body={**AWARDED, **NAMED}),
            Example("To nobody", body=AWARDED, refused="name-the-player"),
        ),
    ),
)
