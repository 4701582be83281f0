"""One command: load, decide (pure), one transaction, answer. Decided anew when somebody was quicker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cairn.platform.errors import DomainError
from cairn.platform.idempotency import IdempotencyKey
from cairn.platform.table import Table
from cairn.platform.transact import Action, ConditionsFailed, transact


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command does: the actions to write, in order, and the answer to give.

    `already` is the answer if the action named `event ...` finds that its event stands. `etag`: of what then stands,
    where clients may edit it.
    """

    actions: Sequence[Action]
    answer: dict[str, Any]
    already: dict[str, Any] = field(default_factory=dict)
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer's body, whether it repeats an earlier request's, and the ETag of what stands now."""

    body: dict[str, Any]
    replayed: bool = False
    etag: str | None = None


def execute[S](
    table: Table,
    now: datetime,
    key: IdempotencyKey | None,
    load: Callable[[], S],
    decide: Callable[[S], Decision],
) -> Answer:
    """Runs a command to its end.

    Args:
        now: the server's instant, for the idempotency key's expiry.
        key: None where the command's own keys make it idempotent.
        load: one consistent read round trip.
        decide: pure; may refuse with a DomainError.

    Raises:
        DomainError: the refusal of `decide`, unless the same request succeeded before.
        Busy: contended or throttled past the deadline.
    """
    patience = table.patience()
    while True:
        state = load()
        try:
            decision = decide(state)
        except DomainError:
            # A request that already succeeded may be illegal by now: it still answers what it answered.
            if key and (before := key.recall(table)) is not None:
                return Answer(before, replayed=True)
            raise
        guard: list[Action] = [key.guard(decision.answer, now)] if key else []
        actions = [*guard, *decision.actions]
        if not actions:
            return Answer(decision.answer, etag=decision.etag)
        try:
            transact(table, actions, patience)
        except ConditionsFailed as failed:
            if key and (raw := failed.items.get("idempotency")):
                return Answer(key.replay(raw), replayed=True)
            if any(name.startswith("event ") for name in failed.items):
                return Answer(decision.already, replayed=True)
            patience.wait()
        else:
            return Answer(decision.answer, etag=decision.etag)
