"""How soon an unlock follows its event on the deployed stack: 20 events a second, each of which unlocks something."""

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import uuid4

from cairn.platform import keys
from cairn.platform.instants import iso
from tests.deploy.conftest import Deployed
from tests.deploy.test_journey import until

EVENTS_A_SECOND = 20
SECONDS = 15
CLIENTS = 4  # the local cloud runs six functions at once, of which the stream's readers and workers are some
P95_SECONDS = 5.0
TENANT, ACHIEVEMENT = "demo", "quick_learner"
LOOKS_APART_SECONDS = 0.1
GIVEN_UP_SECONDS = 60.0
KEYS_AT_ONCE = 100
BUSY = 429


class Watcher:
    """Looks, ten times a second and strongly consistent, for the unlocks of those who were sent an event."""

    def __init__(self, deployed: Deployed) -> None:
        self._table = deployed.clients("dynamodb")
        self._name = deployed.table_name
        self._lock = threading.Lock()
        self._awaited: set[str] = set()
        self.seen: dict[str, float] = {}

    def await_unlock_of(self, player: str) -> None:
        with self._lock:
            self._awaited.add(player)

    def watch(self, players: int) -> None:
        """Returns when that many players were seen to hold it, or a minute passed without a new one."""
        last = time.monotonic()
        while len(self.seen) < players and time.monotonic() - last < GIVEN_UP_SECONDS:
            time.sleep(LOOKS_APART_SECONDS)
            with self._lock:
                awaited = sorted(self._awaited)
            for player in self._unlocked(awaited):
                last = self.seen[player] = time.monotonic()
                with self._lock:
                    self._awaited.discard(player)

    def _unlocked(self, players: list[str]) -> Iterator[str]:
        for some in batched(players, KEYS_AT_ONCE, strict=False):
            at = {keys.unlock(TENANT, player, ACHIEVEMENT): player for player in some}
            wanted: list[Any] = [{"PK": {"S": key.pk}, "SK": {"S": key.sk}} for key in at]
            answer = self._table.batch_get_item(RequestItems={self._name: {"Keys": wanted, "ConsistentRead": True}})
            for item in answer["Responses"][self._name]:
                yield at[keys.Key(item["PK"]["S"], item["SK"]["S"])]


def test_an_unlock_follows_its_event_within_five_seconds_at_twenty_events_a_second(deployed: Deployed) -> None:
    """Counted from before the request is sent until the unlock stands, so that the API's own time is in it."""
    deployed.drain()
    token, run = deployed.token("service"), uuid4().hex[:8]
    players = [f"{run}-{number}" for number in range(EVENTS_A_SECOND * SECONDS)]
    # A session of an hour is what the achievement asks for; events are sent at their times, whatever came of others.
    body = {"duration_seconds": 3600, "at": iso(datetime.now(UTC) - timedelta(hours=1))}
    experience = f"walk-{run}"
    defined = deployed.api.send("PUT", f"/experiences/{experience}", {"name": "A walk"}, deployed.token("operator"))
    assert defined.status == 200, defined.text

    def post(player: str) -> None:
        """Sends the event, again under its key where the cloud is busy, as clients do."""
        key = {"Idempotency-Key": str(uuid4())}
        path = f"/players/{player}/experiences/{experience}/sessions"
        while (answer := deployed.api.send("POST", path, body, token, key)).status == BUSY:
            time.sleep(0.1)
        assert answer.status == 200, answer.text

    with ThreadPoolExecutor(CLIENTS) as warming:
        list(warming.map(post, (f"{run}-warm-{number}" for number in range(2 * CLIENTS))))
    deployed.drain()
    watcher, sent, accepted = Watcher(deployed), dict[str, float](), dict[str, float]()
    watching = threading.Thread(target=watcher.watch, args=(len(players),), daemon=True)
    watching.start()
    begin = time.monotonic()

    def client(number: int) -> None:
        for turn in range(number, len(players), CLIENTS):
            player = players[turn]
            time.sleep(max(0.0, begin + turn / EVENTS_A_SECOND - time.monotonic()))
            sent[player] = time.monotonic()
            post(player)
            accepted[player] = time.monotonic()
            watcher.await_unlock_of(player)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))
    lasted = max(accepted.values()) - begin
    watching.join()
    assert len(watcher.seen) == len(players), "each event unlocks"
    took = [watcher.seen[player] - sent[player] for player in players]
    answered = [accepted[player] - sent[player] for player in players]
    percentiles = statistics.quantiles(took, n=100)
    print(
        f"\n{len(players)} events at {len(players) / lasted:.1f} a second, answered in"
        f" {statistics.median(answered) * 1000:.0f} ms (median); from event to unlock:"
        f" p50 {percentiles[49]:.2f} s, p95 {percentiles[94]:.2f} s, max {max(took):.2f} s"
    )
    assert lasted < SECONDS * 1.2, "the events did not come at their rate"
    assert percentiles[94] < P95_SECONDS
    shown = until(
        lambda: deployed.api.get(f"/players/{players[-1]}/achievements", token).json["achievements"],
        lambda found: any(each["unlocked"] for each in found),
        seconds=5,
    )
    assert [each["achievement_id"] for each in shown if each["unlocked"]] == [ACHIEVEMENT]
