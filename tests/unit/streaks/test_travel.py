from datetime import date, timedelta

from cairn.streaks.model import Marks, StreakRules
from cairn.streaks.rules import checkpoint_at
from tests.unit.streaks.history import active, acts, clock, march, streak, without_freezes

LOS_ANGELES, AUCKLAND = "America/Los_Angeles", "Pacific/Auckland"


def test_a_date_that_the_zone_skipped_is_not_missed() -> None:
    days = active(date(2011, 12, 29), date(2011, 12, 31), zone="Pacific/Apia")
    now = clock(date(2011, 12, 31), 13, zone="Pacific/Apia")
    answer = streak(days, now, zone="Pacific/Apia", settings=without_freezes())
    assert (answer.current, answer.active_days, answer.frozen) == (2, 2, ())


def test_a_player_elsewhere_could_miss_the_date_that_apia_skipped() -> None:
    days = active(date(2011, 12, 29), date(2011, 12, 31), zone=AUCKLAND)
    now = clock(date(2011, 12, 31), 13, zone=AUCKLAND)
    assert streak(days, now, zone=AUCKLAND, settings=without_freezes()).current == 1


def test_a_midnight_that_does_not_exist_ends_the_date_at_one() -> None:
    saturday = date(2026, 9, 5)
    days = active(date(2026, 9, 4), zone="America/Santiago")
    one_o_clock = clock(saturday + timedelta(1), 1, zone="America/Santiago")
    kept = streak(days, one_o_clock - timedelta(seconds=1), zone="America/Santiago", settings=without_freezes())
    lost = streak(days, one_o_clock, zone="America/Santiago", settings=without_freezes())
    assert (kept.current, lost.current, lost.broken_on) == (1, 0, saturday)
    assert kept.recheck_at == one_o_clock


def test_flying_west_over_the_date_line_leaves_time_for_the_date_in_the_old_zone() -> None:
    # Monday in Los Angeles; on landing it is Wednesday morning in Auckland, and Tuesday still in Los Angeles.
    monday, tuesday, wednesday = march(2), march(3), march(4)
    landed = clock(wednesday, 7, zone=AUCKLAND)
    marks = Marks(zones=((landed, AUCKLAND),))
    left = active(monday, zone=LOS_ANGELES)
    settings = without_freezes()
    waiting = streak(left, landed, marks=marks, zone=AUCKLAND, settings=settings)
    assert (waiting.current, waiting.recheck_at) == (1, clock(wednesday, 0, zone=LOS_ANGELES))
    late = streak(left, clock(wednesday, 21, zone=AUCKLAND), marks=marks, zone=AUCKLAND, settings=settings)
    assert (late.current, late.broken_on) == (0, tuesday)
    played = {**left, **acts((landed, AUCKLAND))}
    for hours in (0, 12, 36):
        answer = streak(played, landed + timedelta(hours=hours), marks=marks, zone=AUCKLAND, settings=settings)
        assert (answer.current, answer.longest) == (2, 2)


def test_flying_east_over_the_date_line_counts_the_repeated_date_once() -> None:
    # Tuesday in Auckland, Monday evening in Los Angeles, and Tuesday again.
    monday, tuesday, wednesday = march(2), march(3), march(4)
    marks = Marks(zones=((clock(monday, 13, zone=LOS_ANGELES), LOS_ANGELES),))
    days = acts(
        (clock(monday, 9, zone=AUCKLAND), AUCKLAND),
        (clock(tuesday, 9, zone=AUCKLAND), AUCKLAND),
        (clock(monday, 20, zone=LOS_ANGELES), LOS_ANGELES),
        (clock(tuesday, 20, zone=LOS_ANGELES), LOS_ANGELES),
    )
    settings = without_freezes()
    now = clock(tuesday, 21, zone=LOS_ANGELES)
    assert streak(days, now, marks=marks, zone=LOS_ANGELES, settings=settings).current == 2
    days |= acts((clock(wednesday, 20, zone=LOS_ANGELES), LOS_ANGELES))
    now = clock(wednesday, 21, zone=LOS_ANGELES)
    assert streak(days, now, marks=marks, zone=LOS_ANGELES, settings=settings).current == 3


def test_a_change_long_before_has_no_part_in_a_break() -> None:
    # A month in Auckland, on a pause since Los Angeles: the date ends as Auckland's does.
    marks = Marks(zones=((clock(march(3), 0), AUCKLAND),), pauses=((march(3), march(20)),))
    days = active(march(2), zone=LOS_ANGELES)
    end = clock(march(22), 0, zone=AUCKLAND)
    before = streak(days, end - timedelta(seconds=1), marks=marks, zone=AUCKLAND, settings=without_freezes())
    after = streak(days, end, marks=marks, zone=AUCKLAND, settings=without_freezes())
    assert (before.current, after.current, after.broken_on) == (1, 0, march(21))


def test_a_change_long_after_has_no_part_in_a_break() -> None:
    marks = Marks(zones=((clock(march(20), 0), LOS_ANGELES),))
    days = active(march(1), march(2), march(4), zone=AUCKLAND)
    now = clock(march(4), 13, zone=AUCKLAND)
    assert streak(days, now, marks=marks, zone=AUCKLAND, settings=without_freezes()).current == 1


def test_a_stopover_counts_as_a_zone_in_force() -> None:
    noon = clock(march(2), 12, zone=AUCKLAND)
    marks = Marks(zones=((noon, "Pacific/Honolulu"), (noon + timedelta(hours=2), AUCKLAND)))
    days = active(march(1), zone=AUCKLAND)
    over = clock(march(3), 0, zone=AUCKLAND)
    answer = streak(days, over, marks=marks, zone=AUCKLAND, settings=without_freezes())
    assert (answer.current, answer.recheck_at) == (1, clock(march(3), 0, zone="Pacific/Honolulu"))


def test_a_flight_at_the_end_of_a_pause_counts_like_any_other() -> None:
    marks = Marks(zones=((clock(march(9), 7, zone=AUCKLAND), AUCKLAND),), pauses=((march(2), march(8)),))
    days = active(march(1), zone=LOS_ANGELES)
    over = clock(march(10), 0, zone=AUCKLAND)
    answer = streak(days, over, marks=marks, zone=AUCKLAND, settings=without_freezes())
    assert (answer.current, answer.recheck_at) == (1, clock(march(10), 0, zone=LOS_ANGELES))


def test_the_zone_of_an_activity_counts_where_no_change_told_of_it() -> None:
    marks = Marks(zones=((clock(march(1), 0) - timedelta(days=90), AUCKLAND),))
    over = clock(march(3), 0, zone=AUCKLAND)
    answer = streak(
        active(march(1), zone="Pacific/Pago_Pago"),
        over,
        marks=marks,
        zone=AUCKLAND,
        settings=without_freezes(),
    )
    assert (answer.current, answer.recheck_at) == (1, clock(march(3), 11))


def test_the_zone_of_an_activity_long_before_does_not() -> None:
    marks = Marks(zones=((clock(march(1), 0) - timedelta(days=90), AUCKLAND),), pauses=((march(2), march(8)),))
    over = clock(march(10), 0, zone=AUCKLAND)
    answer = streak(
        active(march(1), zone="Pacific/Pago_Pago"),
        over,
        marks=marks,
        zone=AUCKLAND,
        settings=without_freezes(),
    )
    assert (answer.current, answer.broken_on) == (0, march(9))


def test_the_zone_that_a_player_asks_in_counts_while_the_date_runs_anywhere() -> None:
    days, settings = active(march(1), zone=AUCKLAND), without_freezes()
    over = clock(march(3), 0, zone=AUCKLAND)
    assert streak(days, over, zone=LOS_ANGELES, settings=settings).current == 1
    later = over + timedelta(hours=40)
    for zone in (AUCKLAND, LOS_ANGELES):
        answer = streak(days, later, zone=zone, settings=settings)
        assert (answer.current, answer.repairable_until) == (0, over + timedelta(hours=48))


def test_the_zone_that_a_player_asks_in_does_not_undo_a_break_before_the_latest_activity() -> None:
    days = acts((clock(march(1), 9, zone=AUCKLAND), AUCKLAND), (clock(march(3), 1, zone=AUCKLAND), AUCKLAND))
    now = clock(march(3), 2, zone=AUCKLAND)
    assert streak(days, now, zone=LOS_ANGELES, settings=without_freezes()).current == 1


def test_a_change_after_the_date_ended_at_home_reopens_it_where_it_still_runs() -> None:
    days = active(march(1), zone="Europe/Madrid")
    over = clock(march(3), 0, zone="Europe/Madrid")
    settings = without_freezes()
    assert streak(days, over, zone="Europe/Madrid", settings=settings).current == 0
    moved = Marks(zones=((over, "America/New_York"),))
    there = streak(days, over, marks=moved, zone="America/New_York", settings=settings)
    assert (there.current, there.recheck_at) == (1, clock(march(3), 0, zone="America/New_York"))


def test_imported_offsets_serve_as_zones() -> None:
    days = acts((clock(march(1), 20), "-05:00"), (clock(march(2), 20), "+05:45"), (clock(march(4), 1), "+05:45"))
    assert list(days) == [march(1), march(3), march(4)]
    answer = streak(days, clock(march(4), 2), zone="+05:45", settings=without_freezes())
    # The 2nd ended in Nepal before the evening of the 2nd in London, but not at -05:00.
    assert answer.current == 3


def test_a_checkpoint_keeps_the_zone_of_the_latest_active_day() -> None:
    days = active(march(1), zone=AUCKLAND)
    kept = checkpoint_at(days, Marks(), StreakRules(), march(3))
    assert (kept.zone, kept.through, kept.freezes) == (AUCKLAND, march(3), 1)
