"""The count tree's shape."""

from itertools import pairwise

import pytest

from cairn.leaderboards import tree
from cairn.leaderboards.board import XP_ALL_TIME
from cairn.leaderboards.storage import TreeNodeItem, node_key
from cairn.platform.capacity import item_size


def test_scores_below_two_to_the_33_make_128_bands_without_a_gap() -> None:
    ranges = [tree.band_range(band) for band in range(128)]
    assert ranges[0].start == 0
    assert ranges[-1].stop == tree.LIMIT
    assert all(lower.stop == upper.start for lower, upper in pairwise(ranges))
    assert all(tree.band(scores[0]) == tree.band(scores[-1]) == band for band, scores in enumerate(ranges))


def test_bands_are_exact_below_8_and_four_to_an_octave_from_there_on() -> None:
    assert [len(tree.band_range(band)) for band in range(16)] == [1] * 8 + [2] * 4 + [4] * 4
    assert [tree.band(score) for score in (7, 8, 9, 10, 15, 16, 19, 20)] == [7, 8, 8, 9, 11, 12, 12, 13]


def test_a_band_of_one_score_has_no_node() -> None:
    assert [tree.path(score) for score in (0, 7)] == [(("root", 0),), (("root", 7),)]


def test_a_node_holds_128_single_scores_and_wider_bands_have_more_levels() -> None:
    assert tree.path(512 + 127) == (("root", 32), ("032.0.0", 127))
    assert tree.path(1023) == (("root", 35), ("035.0.0", 127))
    assert tree.path(1024 + 128) == (("root", 36), ("036.1.0", 1), ("036.0.1", 0))
    assert len(tree.path(tree.LIMIT - 1)) == 6


@pytest.mark.parametrize("score", [-1, tree.LIMIT])
def test_a_score_outside_the_tree_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match="whole number from 0"):
        tree.path(score)


def test_neighbours_share_what_cancels() -> None:
    alone = tree.node_changes([(1000, 1001)])
    assert alone == {"035.0.0": {104: -1, 105: 1}}
    assert tree.node_changes([(1000, 1001), (1001, 1000)]) == {}


def test_a_full_node_with_millions_of_players_is_read_for_one_unit_and_written_for_two() -> None:
    item = TreeNodeItem(*node_key("acme", XP_ALL_TIME, "060.1.127"))
    for child in range(tree.RADIX):
        setattr(item, f"c{child}", 123_457)
    assert item_size(item.serialize()) <= 1024
