"""Every route of the API: function, method, path under /api/v1."""

PREFIX = "/api/v1"
EXPERIENCE = "/players/{player_id}/experiences/{experience_id}"

ROUTES: dict[str, list[tuple[str, str]]] = {
    "players": [
        ("GET", "/players/{player_id}"),
        ("PUT", "/players/{player_id}"),
        ("GET", "/players/{player_id}/preferences"),
        ("PUT", "/players/{player_id}/preferences"),
        ("GET", "/players/{player_id}/custom-stats"),
        ("PUT", "/players/{player_id}/custom-stats"),
        ("GET", "/players/{player_id}/inventory"),
        ("POST", "/players/{player_id}/inventory"),
        ("GET", "/players/{player_id}/session"),
    ],
    "catalog": [
        ("GET", "/experiences"),
        ("GET", "/experiences/export"),
        ("POST", "/experiences/import"),
        ("GET", "/experiences/{experience_id}"),
        ("PUT", "/experiences/{experience_id}"),
        ("POST", "/experiences/{experience_id}/publish"),
        ("POST", "/experiences/{experience_id}/archive"),
        ("GET", "/experiences/{experience_id}/versions"),
        ("GET", "/experiences/{experience_id}/pages/{page_id}"),
        ("GET", "/settings"),
        ("PUT", "/settings"),
    ],
    "progress": [
        ("POST", f"{EXPERIENCE}/discover"),
        ("POST", f"{EXPERIENCE}/start"),
        ("POST", f"{EXPERIENCE}/resume"),
        ("POST", f"{EXPERIENCE}/abandon"),
        ("POST", f"{EXPERIENCE}/events"),
        ("POST", f"{EXPERIENCE}/blocks/{{block_id}}"),
        ("POST", f"{EXPERIENCE}/quadrants"),
        ("POST", f"{EXPERIENCE}/sessions"),
        ("GET", EXPERIENCE),
        ("GET", f"{EXPERIENCE}/inventory"),
        ("GET", f"{EXPERIENCE}/visits/{{content_id}}"),
        ("GET", f"{EXPERIENCE}/notes"),
        ("PUT", f"{EXPERIENCE}/notes"),
        ("PUT", f"{EXPERIENCE}/reflection"),
        ("GET", "/players/{player_id}/experiences"),
        ("GET", "/players/{player_id}/events"),
    ],
    "completion": [
        ("POST", f"{EXPERIENCE}/complete"),
        ("POST", f"{EXPERIENCE}/practice"),
    ],
    "events": [
        ("POST", "/events"),
        ("POST", "/players/{player_id}/events"),
    ],
    "repair": [
        ("GET", f"{EXPERIENCE}/repair"),
        ("POST", f"{EXPERIENCE}/repair"),
        ("POST", f"{EXPERIENCE}/waivers"),
        ("POST", f"{EXPERIENCE}/migrate"),
    ],
    "legacy": [
        ("POST", "/track-user-progress"),
        ("POST", "/track-user-activity"),
    ],
    "xp": [
        ("GET", "/players/{player_id}/xp"),
        ("GET", "/players/{player_id}/xp/history"),
        ("GET", "/players/{player_id}/xp/stats"),
        ("POST", "/players/{player_id}/xp/awards"),
        ("POST", "/players/{player_id}/xp/reversals"),
        ("GET", "/levels"),
        ("GET", "/gamification/xp/level"),
        ("GET", "/gamification/xp/history"),
        ("GET", "/gamification/xp/stats"),
        ("POST", "/gamification/xp/award"),
    ],
    "streaks": [
        ("GET", "/players/{player_id}/streak"),
    ],
    "achievements": [
        ("GET", "/achievements"),
        ("GET", "/achievements/{achievement_id}"),
        ("PUT", "/achievements/{achievement_id}"),
        ("POST", "/achievements/{achievement_id}/archive"),
        ("GET", "/achievements/{achievement_id}/versions"),
        ("GET", "/players/{player_id}/achievements"),
        ("GET", "/players/{player_id}/achievements/progress"),
        ("GET", "/gamification/achievements"),
        ("GET", "/gamification/achievements/user"),
        ("GET", "/gamification/achievements/progress"),
        ("POST", "/gamification/achievements/initialize"),
    ],
    "unlocks": [
        ("POST", "/players/{player_id}/achievements/check"),
        ("POST", "/gamification/achievements/check"),
        ("POST", "/players/{player_id}/achievements/{achievement_id}/grant"),
        ("POST", "/players/{player_id}/achievements/{achievement_id}/revoke"),
        ("POST", "/achievements/backfills"),
        ("GET", "/achievements/backfills"),
        ("GET", "/achievements/backfills/{job_id}"),
    ],
    "leaderboards": [
        ("GET", "/leaderboards"),
        ("GET", "/leaderboards/{board}"),
        ("GET", "/leaderboards/{board}/players/{player_id}"),
        ("GET", "/leaderboards/{board}/players/{player_id}/neighbours"),
        ("GET", "/leaderboards/{board}/friends"),
        ("GET", "/players/{player_id}/ranks"),
        ("GET", "/players/{player_id}/visibility"),
        ("PUT", "/players/{player_id}/visibility"),
    ],
    "lookups": [
        ("GET", "/lookups/holders"),
        ("GET", "/lookups/levels"),
        ("GET", "/lookups/percentages"),
        ("GET", "/lookups/last-active"),
        ("GET", "/lookups/events-near"),
        ("GET", "/experiences/{experience_id}/active-players"),
    ],
    "analytics": [
        ("GET", "/analytics/days/{day}"),
    ],
    "health": [
        ("GET", "/health"),
    ],
}

# Reached without a token: whether the system is up, and what answers every path that is no route.
OPEN = {"health"}
CATCH_ALL = "health"
