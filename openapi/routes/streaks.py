"""Streaks: where they stand, and what players and operators decide about them."""

from cairn.platform.api.caller import OPERATES, OVERSEES, PLAYS, READS_PLAYERS, Role
from cairn.streaks.bodies import AmnestyBody, CheckInBody, DayBody, FreezeBody, OlderFreezeBody, PauseBody
from infra.routes import EXPERIENCE
from openapi.operation import Before, Example, Key, Operation, Parameter, PlayerIn
from openapi.parameters import CURSOR, USER_ID, limit

EVENTS = f"POST {EXPERIENCE}/events"
STREAK = "/players/{player_id}/streak"
OLDER = "/gamification/streaks"
NAMED = "`user_id` names the player: a player's own may be left out. Fields that Cairn has no use for are passed over."
MONTH = Parameter("month", "The month; left out, the present one.", {"type": "string", "pattern": r"^\d{4}-\d{2}$"})
HOLIDAYS = {"first": "2026-12-24", "last": "2027-01-06"}
CHECK_IN = Before("POST /players/{player_id}/events", player="gus", body={"type": "check_in"})

OPERATIONS = (
    Operation(
        route=f"GET {STREAK}",
        id="getStreak",
        summary="The streak as of now: days, freezes, and until when today must be active.",
        roles=READS_PLAYERS,
        answer="Streak",
        examples=(
            Example("On the first day"),
            Example(
                "A missed day that a freeze saved",
                player="bob",
                before=(Before(EVENTS, player="bob", body={"type": "check_in", "at": "2026-11-18T18:30:00Z"}),),
            ),
            Example("A return after weeks", player="dan"),
            Example(
                "A freeze set aside, and a pause to come",
                player="gus",
                before=(
                    CHECK_IN,
                    Before(f"POST {STREAK}/freezes", player="gus", body={"date": "2026-11-26"}),
                    Before(f"POST {STREAK}/pauses", player="gus", body={"first": "2026-12-10", "last": "2026-12-12"}),
                ),
            ),
            Example("Who never played", player="nobody"),
        ),
    ),
    Operation(
        route=f"POST {STREAK}/freezes",
        id="requestFreeze",
        summary="Set a freeze aside for a date that is not over, or (`withdraw`) take that back.",
        description="Activity on the date gives the freeze back. A missed date uses one by itself where one is held.",
        roles=PLAYS,
        body=FreezeBody,
        answer="StreakChanged",
        refuses=("unknown-player", "no-streak", "day-is-preserved"),
        examples=(
            Example("For tomorrow", player="gus", body={"date": "2026-11-21"}),
            Example("Not, after all", player="gus", body={"date": "2026-11-21", "withdraw": True}),
            Example("By a service", by=Role.SERVICE, player="gus", body={"date": "2026-11-23"}),
            Example("Today is active", player="gus", body={"date": "2026-11-20"}, refused="day-is-active"),
            Example("Yesterday is over", player="gus", body={"date": "2026-11-19"}, refused="day-is-over"),
            Example(
                "Three are held",
                player="gus",
                before=(Before(f"POST {STREAK}/freezes", player="gus", body={"date": "2026-11-24"}),),
                body={"date": "2026-11-25"},
                refused="no-freeze-held",
            ),
            Example("None was requested", body={"date": "2026-11-28", "withdraw": True}, refused="nothing-to-withdraw"),
        ),
    ),
    Operation(
        route=f"GET {STREAK}/freezes",
        id="listFreezes",
        summary="The freeze ledger, newest first: every gain and every use with the balance after it.",
        description="`at` is null for a freeze that is set aside. A late event that fills a date gives it back.",
        roles=READS_PLAYERS,
        parameters=(limit(20), CURSOR),
        answer="FreezePage",
        examples=(
            Example("Three that are set aside", player="gus", query={"limit": "3"}),
            Example("The first", player="gus", query={"limit": "3", "cursor": lambda page: page.body["next"]}),
            Example("One that a missed day used", player="bob"),
            Example("A cursor that is none", query={"cursor": "page-2"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route=f"POST {STREAK}/pauses",
        id="pauseStreak",
        summary="Pause from one date to another, at most 30 days, or (`withdraw`) end the pause that begins on a date.",
        description="It begins today or later. A pause that has begun ends with yesterday; one to come never was.",
        roles=PLAYS,
        body=PauseBody,
        answer="StreakChanged",
        refuses=("unknown-player", "nothing-to-withdraw", "too-many-pauses"),
        examples=(
            Example("Over the holidays", player="gus", body=HOLIDAYS),
            Example("Not, after all", player="gus", body={"first": "2026-12-24", "withdraw": True}),
            Example("A week in December", player="gus", body={"first": "2026-12-01", "last": "2026-12-07"}),
            Example(
                "That touches another",
                player="gus",
                body={"first": "2026-12-08", "last": "2026-12-09"},
                refused="pause-overlaps",
            ),
            Example(
                "That begins in the past",
                player="gus",
                body={"first": "2026-11-01", "last": "2026-11-25"},
                refused="day-is-over",
            ),
            Example(
                "That is too long",
                player="gus",
                body={"first": "2027-02-01", "last": "2027-03-05"},
                refused="invalid-body",
            ),
        ),
    ),
    Operation(
        route=f"POST {STREAK}/restores",
        id="restoreDay",
        summary="Declare that a date without activity costs the streak nothing, or (`withdraw`) take that back.",
        description="Bonuses that change are adjusted by an entry of the ledger. The event keeps the reason and who.",
        roles=OPERATES,
        body=DayBody,
        answer="StreakChanged",
        refuses=("unknown-player", "nothing-to-withdraw", "changes-too-much"),
        examples=(
            Example(
                "A day that the app was down for", player="bob", body={"date": "2026-11-19", "reason": "Was down."}
            ),
            Example(
                "A day that is active",
                player="bob",
                body={"date": "2026-11-18", "reason": "Was down."},
                refused="day-is-active",
            ),
        ),
    ),
    Operation(
        route=f"POST {STREAK}/reversals",
        id="strikeDay",
        summary="Strike a date: nothing on it counts for the streak; or (`withdraw`) take that back.",
        description="Only so can the longest streak and the active days shrink. XP of bonuses is taken back.",
        roles=OPERATES,
        body=DayBody,
        answer="StreakChanged",
        refuses=("unknown-player", "changes-too-much"),
        examples=(
            Example("What a script did", player="bob", body={"date": "2026-11-18", "reason": "A script did it."}),
            Example(
                "It was bob",
                player="bob",
                body={"date": "2026-11-18", "reason": "It was him.", "withdraw": True},
            ),
            Example(
                "It was not struck",
                player="bob",
                body={"date": "2026-11-18", "reason": "It was him.", "withdraw": True},
                refused="nothing-to-withdraw",
            ),
            Example(
                "A day without activity",
                player="bob",
                body={"date": "2026-11-17", "reason": "A script did it."},
                refused="day-not-active",
            ),
        ),
    ),
    Operation(
        route=f"GET {STREAK}/calendar",
        id="getStreakCalendar",
        summary="A month: what became of each date, and the bonus of those that were active.",
        description=(
            "`kind` is active, frozen, paused, rest, restored, amnesty, repaired, missed, skipped (a zone left it out,"
            " or the next date began while it still ran elsewhere), open, to_come, or null before the first active one."
        ),
        roles=READS_PLAYERS,
        parameters=(MONTH,),
        answer="StreakMonth",
        examples=(
            Example("This month", player="bob"),
            Example("What is no month", query={"month": "november"}, refused="invalid-parameter"),
        ),
    ),
    Operation(
        route="POST /streaks/amnesties",
        id="declareAmnesty",
        summary="Declare an outage: its dates cost no player's streak anything.",
        description=(
            "It holds for everybody at the next read or activity; everybody is looked at within the next hour or two."
            " An outage cannot be taken back."
        ),
        roles=OPERATES,
        body=AmnestyBody,
        answer="Amnesty",
        refuses=("too-many-amnesties",),
        examples=(
            Example("Two days", body={"first": "2026-11-16", "last": "2026-11-17", "reason": "The login was down."}),
            Example("One of them again", body={"first": "2026-11-17", "last": "2026-11-17", "reason": "Login down."}),
            Example(
                "The wrong way round",
                body={"first": "2026-11-17", "last": "2026-11-16", "reason": "The login was down."},
                refused="invalid-body",
            ),
        ),
    ),
    Operation(
        route="GET /streaks/amnesties",
        id="listAmnesties",
        summary="Every outage that was declared, newest first.",
        roles=OVERSEES,
        answer="Amnesties",
        examples=(Example("One so far"),),
    ),
    Operation(
        route=f"POST {OLDER}/update",
        id="checkIn",
        summary="Check in for today; `action` says what that did: started, maintained, increased or broken.",
        description=NAMED,
        roles=PLAYS,
        body=CheckInBody,
        answer="OlderStreak",
        key=Key.OPTIONAL,
        named=PlayerIn.BODY,
        refuses=("event-type-not-allowed",),
        examples=(
            Example("The first ever", player="hal", body={"user_id": "hal"}),
            Example("Again on the same day", player="hal", body={}),
            Example("By a service", by=Role.SERVICE, body={"user_id": "hal"}),
            Example("Of another player", player="hal", body={"user_id": "bob"}, refused="other-player"),
        ),
    ),
    Operation(
        route=f"POST {OLDER}/freeze",
        id="freezeToday",
        summary="Set a freeze aside for today, or for another date.",
        description=NAMED,
        roles=PLAYS,
        body=OlderFreezeBody,
        answer="OlderStreak",
        key=Key.OPTIONAL,
        named=PlayerIn.BODY,
        refuses=("unknown-player", "no-streak", "no-freeze-held", "day-is-over", "day-is-preserved"),
        examples=(
            Example(
                "For another date",
                player="hal",
                before=(Before(f"POST {STREAK}/pauses", player="hal", body=HOLIDAYS),),
                body={"user_id": "hal", "date": "2026-11-23"},
            ),
            Example("Today is active", player="hal", body={}, refused="day-is-active"),
        ),
    ),
    Operation(
        route=f"GET {OLDER}/status",
        id="olderStreak",
        summary="The same as a player's streak, under the names that older clients know too.",
        roles=READS_PLAYERS,
        named=PlayerIn.QUERY,
        parameters=(USER_ID,),
        answer="OlderStreakStatus",
        examples=(
            Example("The own streak", player="hal"),
            Example("Hal's, for a service", by=Role.SERVICE, query={"user_id": "hal"}),
        ),
    ),
)
