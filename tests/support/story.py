"""Every command of a player and of their operator, once, in an order in which each is legal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cairn.platform import keys
from cairn.platform.instants import event_id
from cairn.platform.transact import Put, transact
from cairn.progress import storage
from cairn.progress.storage import ProgressItem
from cairn.tenants.settings import TenantSettings
from cairn.tenants.storage import SecretItem
from cairn.xp.ledger import OPERATOR_AWARD, identifier
from tests.support.http import Reply
from tests.support.published import LESSON, publish
from tests.support.world import World

# The entry of the award below, under the key and at the moment at which these stories are told.
AWARD = identifier(event_id(datetime(2026, 11, 20, 12, tzinfo=UTC), "acme", "ada", "key-20"), OPERATOR_AWARD)
LESSON_OF_ADA, WOODS_OF_ADA = "/players/ada/experiences/lesson", "/players/ada/experiences/woods"
RIGHT = {"q1": "oak", "q2": ["moss", "fern"], "q3": "owl"}
TREES = [
    {"id": f"e-{number}", "at": f"2026-11-20T10:{number:02d}:00Z", "type": "item_collected", "content_id": "cone"}
    | {"experience_id": "woods"}
    for number in range(45)
]
REFUSED = {"id": "no", "at": "2026-11-20T10:59:00Z", "type": "item_used", "content_id": "axe", "experience_id": "woods"}


@dataclass(frozen=True)
class Step:
    """One request. `once`: it is one transaction. `prepare`: what has to stand before it."""

    name: str
    function: str
    method: str
    path: str
    body: dict[str, Any]
    role: str = "player"
    once: bool = True
    prepare: Callable[[World], None] = lambda world: None

    def send(self, world: World, key: str) -> Reply:
        """Sends it; the same key is the same request."""
        sent = "" if self.method == "PUT" else key
        return world.call(self.function, self.role).send(self.method, self.path, self.body, key=sent)


def begin(world: World) -> None:
    """What an operator defines, and a tenant's secret that is the same in every story."""
    world.define()
    publish(world.table, "acme", LESSON)
    secret = SecretItem(*keys.secret("acme"), secret=b"the same in every story, 32 bytes")
    transact(world.table, [Put("secret", secret, SecretItem.absent())])


def _corrupt(world: World) -> None:
    key = keys.progress("acme", "ada", "woods")
    item = world.table.get_many([key]).get(ProgressItem, key)
    assert item is not None
    transact(
        world.table,
        [storage.write_progress("acme", "ada", replace(storage.from_item(item), mastery=3), TenantSettings())],
    )


def _publish_woods_anew(world: World) -> None:
    world.define(difficulty=4)


def _play(what: str, body: dict[str, Any], where: str = WOODS_OF_ADA, **more: Any) -> Step:
    function = "completion" if what in ("complete", "practice") else "progress"
    return Step(what, function, "POST", f"{where}/{what}", body, **more)


def _operate(what: str, body: dict[str, Any], where: str = WOODS_OF_ADA, **more: Any) -> Step:
    return Step(what, "repair", "POST", f"{where}/{what}", body, "operator", **more)


STORY: Sequence[Step] = (
    _play("discover", {}),
    _play("start", {}),
    _play("events", {"type": "item_collected", "content_id": "lamp"}),
    _play("events", {"type": "item_used", "content_id": "lamp"}),
    _play("blocks/film", {"completed": True, "duration_seconds": 40}, LESSON_OF_ADA),
    _play("blocks/quiz", {"answers": RIGHT}, LESSON_OF_ADA),
    _play("abandon", {}, LESSON_OF_ADA),
    _play("resume", {}, LESSON_OF_ADA),
    _operate("waivers", {"block_id": "essay", "reason": "Ill."}, LESSON_OF_ADA),
    _play("complete", {}, LESSON_OF_ADA),
    _play("practice", {}, LESSON_OF_ADA),
    _play("quadrants", {"quadrant": "SO"}),
    _play("sessions", {"duration_seconds": 900, "outputs": {"poem": "It rained."}}),
    Step("notes", "progress", "PUT", f"{WOODS_OF_ADA}/notes", {"notes": "Mind the roots."}),
    Step("reflection", "progress", "PUT", f"{WOODS_OF_ADA}/reflection", {"reflection": "I would go again."}),
    _operate("repair", {}, prepare=_corrupt),
    _operate("migrate", {}, prepare=_publish_woods_anew),
    Step("outside", "events", "POST", "/players/ada/events", {"type": "word_learned"}),
    Step("bulk", "events", "POST", "/events", {"events": [*TREES, TREES[0], REFUSED, TREES[7]]}, once=False),
    Step(
        "older",
        "legacy",
        "POST",
        "/track-user-progress",
        {"wod_id": "woods", "time_spent_seconds": 600, "completion_percentage": 20, "notes": "Seen."},
        once=False,
    ),
    Step("award", "xp", "POST", "/players/ada/xp/awards", {"amount": 900, "reason": "Told it all."}, "operator"),
    Step("reversal", "xp", "POST", "/players/ada/xp/reversals", {"entry_id": AWARD, "reason": "Not all."}, "operator"),
)
NAMES = [f"{number}-{step.name}" for number, step in enumerate(STORY)]


def tell(world: World, upto: int) -> World:
    """Plays the first steps of the story, each once."""
    begin(world)
    for number, step in enumerate(STORY[:upto]):
        step.prepare(world)
        reply = step.send(World(world.table, world.clock), f"key-{number}")
        assert reply.status == 200, (step.name, reply.body)
    return world
