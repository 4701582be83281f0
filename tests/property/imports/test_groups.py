"""However one player's rows are cut into transactions, what they come to is the same."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cairn.achievements.definitions import ACHIEVEMENTS
from cairn.achievements.rules import Watch
from cairn.analytics.facts import FactKey
from cairn.catalog.bodies import ExperienceBody
from cairn.imports.files import unique
from cairn.imports.rows import Row, parse
from cairn.platform.errors import DomainError
from cairn.players.player import Player
from cairn.progress.journey import Journey, Loaded
from cairn.progress.progress import Moment
from cairn.streaks.days import local_date
from cairn.streaks.storage import Window
from cairn.tenants.settings import TenantSettings
from tests.support.history import EXPERIENCES, generate, rows_of

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SETTINGS = TenantSettings()
WATCH = Watch(ACHIEVEMENTS)
CATALOG = {
    identifier: ExperienceBody.model_validate(body).experience(identifier) for identifier, body in EXPERIENCES.items()
}


def histories() -> list[list[Row]]:
    """The rows of a few players, among them travellers and one with a streak of months."""
    rows: dict[str, list[Row]] = {}
    for fields in rows_of(generate(30, 2400)):
        row = parse(fields, len(rows) + 1, NOW)
        assert isinstance(row, Row)
        rows.setdefault(row.player, []).append(row)
    return [unique(each)[0][:150] for each in rows.values() if len(each) > 20]


HISTORIES = histories()


def play(rows: list[Row], cuts: set[int]) -> dict[str, Any]:
    """All that is known in the end, with a new journey after each cut."""
    loaded = Loaded(Player("acme", rows[0].player), filed=Window(None, {}, {}))
    held: set[str] = set()
    facts: Counter[tuple[FactKey, str]] = Counter()
    bounds: dict[Any, Any] = {}
    paid: list[Any] = []
    now = rows[0].occurred_at
    group: list[Row] = []
    for number, row in enumerate(rows):
        group.append(row)
        if number not in cuts and number != len(rows) - 1:
            continue
        journey = Journey(loaded, SETTINGS, NOW, WATCH, held)
        for each in group:
            at = each.occurred_at
            now = max(now, at)
            moment = Moment(at, NOW, each.zone, local_date(at, each.zone, 0), imported=True)
            try:
                played = journey.play(CATALOG[each.experience], each.command, moment, each.cause, now=now)
            except DomainError:
                continue
            paid += [(entry.source, entry.amount, entry.at) for entry in played.settled.entries]
        for key, change in journey._facts.items():
            facts.update({(key, name): amount for name, amount in change.numbers.items()})
        loaded, held, group = journey.after(), journey.held, []
        bounds |= loaded.bounds
    player, filed = loaded.player, loaded.filed
    assert filed is not None
    days = {**filed.days, **player.days}
    return {
        "player": replace(player, checkpoint=None, days={}, paid={}, touched=(), ver=0, metrics=dict(player.metrics)),
        "days": days,
        "bonuses": {day: bonus for day, bonus in {**filed.paid, **player.paid}.items() if bonus},
        "progress": {each: replace(head, ver=0) for each, head in loaded.progress.items()},
        "contents": {at: bucket.contents for at, bucket in loaded.contents.items()},
        "held": held,
        "facts": +facts,
        "bounds": bounds,
        "paid": paid,
    }


WHOLE = [play(rows, set()) for rows in HISTORIES]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_cut_of_a_history_into_transactions_comes_to_the_same(data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(HISTORIES) - 1))
    rows = HISTORIES[which]
    cuts = data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=len(rows)))
    found = play(rows, cuts)
    for name, expected in WHOLE[which].items():
        assert found[name] == expected, name


def test_one_transaction_for_each_row_comes_to_the_same_as_one_for_all() -> None:
    for rows, whole in zip(HISTORIES, WHOLE, strict=True):
        assert play(rows, set(range(len(rows)))) == whole
