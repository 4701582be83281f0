"""What the table would hold of one player: journeys are written into memory, as commands are into the table."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cairn.platform.instants import from_ms
from cairn.platform.transact import Put, Update
from cairn.progress.journey import Bounds, Journey, Loaded


@dataclass
class Memory:
    """Everything that a sequence of commands led to.

    refused: the commands that were not taken. facts, bounds: by partition and sort key.
    ledger, events, level_ups (which are no commands), unlocks, outputs: by sort key.
    """

    loaded: Loaded
    refused: list[str] = field(default_factory=list)
    facts: dict[str, Counter[str]] = field(default_factory=dict)
    bounds: dict[str, dict[str, int]] = field(default_factory=dict)
    ledger: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    level_ups: list[str] = field(default_factory=list)
    unlocks: set[str] = field(default_factory=set)
    outputs: list[str] = field(default_factory=list)

    def write(self, journey: Journey) -> None:
        """What the table would hold after the journey's transaction."""
        actions = journey.actions()
        at = [action.item.key if isinstance(action, Put) else action.key for action in actions]
        assert len(set(at)) == len(at), "a transaction takes an item once"
        for action in actions:
            if isinstance(action, Put):
                self._put(action.item.serialize())
            elif isinstance(action, Update) and action.name.startswith("fact "):
                self._add(action)
        after = journey.after()
        heads = {(head.day, head.experience) for head in after.progress.values()}
        # As commands load them: facts of days before a head's own, whose instants the head has.
        self.loaded = replace(after, bounds={at: each for at, each in self.stored_bounds().items() if at not in heads})

    def stored_bounds(self) -> dict[tuple[date, str], Bounds]:
        """First and last instant of every fact, by (day, experience)."""
        found = {}
        for at, instants in self.bounds.items():
            partition, _, sort = at.partition(" ")
            day, experience = date.fromisoformat(partition.split("#")[3]), sort.split("#")[1]
            found[day, experience] = (from_ms(instants["first"]), from_ms(instants["last"]))
        return found

    def _put(self, raw: dict[str, Any]) -> None:
        kind, sort_key = raw["kind"]["S"], raw["SK"]["S"]
        if kind == "event":
            (self.level_ups if raw["type"]["S"] == "level_up" else self.events).append(sort_key)
        elif kind == "ledger":
            assert sort_key not in self.ledger, "a cause is paid once"
            self.ledger[sort_key] = int(raw["amount"]["N"])
        elif kind == "unlock":
            self.unlocks.add(sort_key)
        elif kind == "output":
            self.outputs.append(sort_key)

    def _add(self, update: Update) -> None:
        change: dict[str, Any] = update.render("table")["Update"]
        names, values = change["ExpressionAttributeNames"], change["ExpressionAttributeValues"]
        at = f"{update.key.pk} {update.key.sk.rpartition('#')[0]}"
        parts = change["UpdateExpression"].split("ADD ")
        if len(parts) > 1:
            for pair in parts[1].split(","):
                name, value = pair.split()
                self.facts.setdefault(at, Counter())[names[name]] += int(values[value]["N"])
        for pair in parts[0].removeprefix("SET ").split(","):
            name, _, value = pair.partition("=")
            if names[name.strip()] in ("first", "last"):
                self.bounds.setdefault(at, {})[names[name.strip()]] = int(values[value.strip()]["N"])
