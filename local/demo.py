"""The demo tenant: a month of simulated players by import, and a morning of one of them through the API."""

import json
import os
import subprocess
from datetime import UTC, datetime
from typing import Any

from local.cloud import ROOT, CloudError
from local.people import PLAYER, TENANT
from local.progress import console, step
from local.running import Running
from local.simulation import EXPERIENCES, month

TODAY = (
    ("sessions", {"duration_seconds": 1500}),
    ("events", {"type": "waypoint_visited", "content_id": "lighthouse", "duration_seconds": 120}),
    ("events", {"type": "word_learned", "content_id": "harbour"}),
    ("blocks/film", {"completed": True, "duration_seconds": 95}),
    ("blocks/quiz", {"answers": {"light": "green", "boats": "ferry"}, "confidence": 4}),
)


def load(running: Running) -> None:
    """Defines the demo's experiences, imports its history, names its players, and plays a little today.

    Raises:
        CloudError: the API or the import refused something.
    """
    everybody, rows = month(datetime.now(UTC))
    with step(f"Defining {len(EXPERIENCES)} experiences as the operator"):
        operator = running.people.token("operator")
        for experience, definition in EXPERIENCES.items():
            _send(running, "PUT", f"/experiences/{experience}", definition, operator)
    with step(f"Naming {len(everybody)} players as a service"):
        service = running.people.token("service")
        for player in everybody:
            _send(running, "PUT", f"/players/{player.id}", {"name": player.name, "zone": player.zone}, service)
    log = running.cloud.state_dir / "demo.ndjson"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    console.print(f"Importing a month of {len(everybody)} players, {len(rows):,} rows")
    table = running.stack.outputs["TableName"]
    imported = subprocess.run(
        [ROOT / "cairn", "import", log, "--tenant", TENANT, "--table", table],
        env={**os.environ, **running.cloud.environment},
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if imported.returncode != 0:
        raise CloudError("The demo's history was not loaded; the lines above say why.")
    with step(f"Playing today as {PLAYER}"):
        token = running.people.token("player")
        for what, body in TODAY:
            _send(running, "POST", f"/players/me/experiences/harbour-walk/{what}", body, token)


def _send(running: Running, method: str, path: str, body: dict[str, Any], token: str) -> None:
    answer = running.stack.api.send(method, path, body, token)
    if answer.status != 200:
        raise CloudError(f"{method} {path} was answered {answer.status}: {answer.text}")
