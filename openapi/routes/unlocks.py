"""Unlocks on request: checks, an operator's grants and revocations, backfills."""

from datetime import timedelta

from cairn.achievements.unlock_bodies import BackfillBody, CheckBody, ReasonBody
from cairn.platform.api.caller import OPERATES, OVERSEES, PLAYS, Role
from openapi.operation import Before, Example, Key, Operation, PlayerIn
from openapi.parameters import CURSOR, limit

HELD = "What is revoked stays so until it is granted again: neither an event nor a check nor a backfill unlocks it."
STUDY = "POST /players/{player_id}/experiences/{experience_id}/sessions"
AN_HOUR = {"duration_seconds": 3600, "at": "2026-11-20T06:30:00Z"}
STUDIED = (Before(STUDY, player="eve", body=AN_HOUR), Before(STUDY, player="bob", body=AN_HOUR))
POLYGLOT = {"achievement_id": "polyglot"}
STUDY_LEGEND = {"achievement_id": "study_legend"}
TWICE = {"achievements": ["quick_learner", "first_steps"], "reason": "Study counts for everybody now."}

OPERATIONS = (
    Operation(
        route="POST /achievements/backfills",
        id="beginBackfill",
        summary="Look for players who have earned what they do not hold; unless it is a dry run, unlock it.",
        description="After new or changed criteria. `achievements` are ids, all active ones if left out; `dry_run` is"
        " true unless said otherwise. The job is done in the background; a run begins 75 seconds after the request.",
        roles=OPERATES,
        body=BackfillBody,
        answer="Backfill",
        status=202,
        examples=(
            Example("Of one that is none", body={"achievements": ["first_stops"]}, refused="unknown-achievement"),
            Example("A dry run", before=STUDIED, body=TWICE),
            Example("In earnest", body={**TWICE, "dry_run": False}),
        ),
    ),
    Operation(
        route="GET /achievements/backfills/{job_id}",
        id="getBackfill",
        summary="How far a backfill is, and a page of the players whom it found, with what they get or got.",
        description="Players are kept for 30 days. One who could not be had has `failed`: run the backfill again.",
        roles=OVERSEES,
        parameters=(limit(100, 1000), CURSOR),
        answer="BackfillProgress",
        examples=(
            Example(
                "A run that is done",
                ids={"job_id": lambda begun: begun.body["job_id"]},
                query={"limit": "1"},
                later=timedelta(minutes=1),
            ),
            Example("One that is none", ids={"job_id": "01NOSUCHJOB"}, refused="unknown-backfill"),
        ),
    ),
    Operation(
        route="GET /achievements/backfills",
        id="listBackfills",
        summary="Backfills, newest first.",
        roles=OVERSEES,
        parameters=(limit(20), CURSOR),
        answer="Backfills",
        examples=(Example("The latest", query={"limit": "1"}),),
    ),
    Operation(
        route="POST /players/{player_id}/achievements/check",
        id="checkAchievements",
        summary="Unlock at once whatever the player has earned and does not hold.",
        description="What the stream does within seconds. Asked again it has nothing new to tell.",
        roles=PLAYS,
        body=CheckBody,
        answer="Checked",
        key=Key.NONE,
        examples=(
            Example(
                "After an hour of study",
                player="cleo",
                before=(Before(STUDY, player="cleo", body=AN_HOUR),),
                body={},
            ),
            Example("Nothing new", player="cleo", body={}),
        ),
    ),
    Operation(
        route="POST /gamification/achievements/check",
        id="checkAchievementsAsOlderClients",
        summary="The same for older clients.",
        description="`user_id` names the player: a player's own may be left out.",
        roles=PLAYS,
        body=CheckBody,
        answer="Checked",
        key=Key.NONE,
        named=PlayerIn.BODY,
        examples=(
            Example("A player's own", body={"user_id": "ada"}),
            Example("By a service", by=Role.SERVICE, body={"user_id": "ada"}),
            Example("Of nobody", by=Role.SERVICE, body={}, refused="name-the-player"),
        ),
    ),
    Operation(
        route="POST /players/{player_id}/achievements/{achievement_id}/grant",
        id="grantAchievement",
        summary="Give a player an achievement, whatever its criteria say, or give back one that was revoked.",
        description=f"What follows from it is unlocked too. {HELD} `occasion` names an unlock of one that repeats.",
        roles=OPERATES,
        body=ReasonBody,
        answer="GrantedOrRevoked",
        refuses=("not-unlocked",),
        examples=(
            Example("For what was done elsewhere", ids=POLYGLOT, body={"reason": "Spoke three languages on stage."}),
            Example("One that is held", ids=POLYGLOT, body={"reason": "Spoke three languages on stage."}),
            Example("One that repeats", body={"reason": "The recorder was broken."}),
            Example(
                "One that is none",
                ids={"achievement_id": "poliglot"},
                body={"reason": "Spoke three languages on stage."},
                refused="unknown-achievement",
            ),
            Example("To nobody", player="nobody", body={"reason": "?"}, refused="unknown-player"),
        ),
    ),
    Operation(
        route="POST /players/{player_id}/achievements/{achievement_id}/revoke",
        id="revokeAchievement",
        summary="Take an achievement from a player, and with it the XP that it paid.",
        description=HELD,
        roles=OPERATES,
        body=ReasonBody,
        answer="GrantedOrRevoked",
        refuses=("unknown-player",),
        examples=(
            Example("It was somebody else", ids=POLYGLOT, body={"reason": "It was Bob on stage."}),
            Example("One of several", body={"reason": "The recorder was right.", "occasion": "2026-W47"}),
            Example("What was never unlocked", ids=STUDY_LEGEND, body={"reason": "?"}, refused="not-unlocked"),
        ),
    ),
)
