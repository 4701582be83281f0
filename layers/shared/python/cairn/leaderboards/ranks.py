"""Ranks and percentiles from counts and sorted places. Ranks are those of competitions: 1, 2, 2, 4."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cairn.leaderboards import tree
from cairn.leaderboards.board import Board
from cairn.leaderboards.place import Place


@dataclass(frozen=True, slots=True)
class Row:
    """A place with its competition rank: 1 + how many players are ahead."""

    rank: int
    place: Place


@dataclass(frozen=True, slots=True)
class Ranked:
    """A player's row, how many are on the board, and the mid-rank percentile (0..100).

    The percentile is the share of players who are behind, those with the same score counted as half.
    """

    row: Row
    total_players: int
    percentile: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What the counts say of a score: how many are ahead of it, share it, and are on the board at all."""

    ahead: int
    sharing: int
    total: int

    @property
    def rank(self) -> int:
        return 1 + self.ahead


def counted(board: Board, score: int, nodes: tree.Counts) -> Counted:
    """A score's counts, from those on its path."""
    ahead = max(0, tree.ahead(score, nodes, board.high_first))
    # Copies of the table lag one by one: the player may be in the position and not yet in the counts.
    sharing = max(1, tree.sharing(score, nodes))
    return Counted(ahead, sharing, max(ahead + sharing, sum(nodes.get(tree.ROOT, {}).values())))


def measured(board: Board, place: Place, nodes: tree.Counts) -> Ranked:
    """Rank and percentile of a place, from the counts on its path."""
    found = counted(board, place.score, nodes)
    behind = found.total - found.ahead - found.sharing
    percentile = round(100 * (behind + found.sharing / 2) / found.total, 2)
    return Ranked(Row(found.rank, place), found.total, percentile)


def best_bands(players: Mapping[int, int], high_first: bool, limit: int) -> list[int]:
    """The bands that hold the best `limit` players, best first.

    Args:
        players: how many there are, by band.
    """
    chosen: list[int] = []
    held = 0
    for band in sorted((band for band, count in players.items() if count > 0), reverse=high_first):
        if held >= limit:
            break
        chosen.append(band)
        held += players[band]
    return chosen


def bands_beside(players: Mapping[int, int], high_first: bool, band: int, limit: int, *, better: bool) -> list[int]:
    """The bands next to one, on its better or its worse side, that hold `limit` players; the nearest first."""
    above = high_first == better
    beside = {each: count for each, count in players.items() if (each > band if above else each < band)}
    return best_bands(beside, not above, limit)


def ranked(places: Iterable[Place], after: tuple[int, Counted] | None = None) -> list[Row]:
    """Competition ranks of a board's places that follow each other, best first.

    Bands are read one by one: whoever moves from one to another meanwhile is in both, and counts where they
    came to later.

    Args:
        after: the score of the place before the first, and its counts; None where the first is the board's best.
    """
    rows: list[Row] = []
    score, known = after or (None, None)
    listed = known.ahead + known.sharing if known else 0
    for place in once(places):
        if known and place.score == score:
            rows.append(Row(known.rank, place))
            continue
        listed += 1
        tied = bool(rows) and rows[-1].place.score == place.score
        rows.append(Row(rows[-1].rank if tied else listed, place))
    return rows


def once(places: Iterable[Place]) -> list[Place]:
    """Each player once: where they came to later."""
    found = list(places)
    latest: dict[str, Place] = {}
    for place in found:
        known = latest.get(place.player)
        if known is None or place.reached_at > known.reached_at:
            latest[place.player] = place
    return [place for place in found if latest[place.player] is place]


def around(
    own: Row, counts: Counted, better: Sequence[Place], worse: Sequence[Place], best: Counted | None
) -> list[Row]:
    """The rows around a player: `better` places just ahead, best first, then the player, then `worse` ones.

    Args:
        counts: of the player's own score. best: of the first of `better`, where its score is not the player's own.
    """
    return [
        *ranked_ahead(own, better, best),
        own,
        *ranked(worse, (own.place.score, counts)),
    ]


def ranked_ahead(own: Row, better: Sequence[Place], best: Counted | None) -> list[Row]:
    """Ranks of the places just ahead of a player. Those of the first score may go on beyond the first place, so that
    its rank is known from its counts only; every other group is there as a whole.
    """
    rows: list[Row] = []
    listed = best.ahead + best.sharing if best else 0
    for place in better:
        if place.score == own.place.score:
            rows.append(Row(own.rank, place))
        elif best and (not rows or rows[0].place.score == place.score):
            rows.append(Row(best.rank, place))
        elif rows and rows[-1].place.score == place.score:
            listed += 1
            rows.append(Row(rows[-1].rank, place))
        else:
            listed += 1
            rows.append(Row(listed, place))
    return rows
