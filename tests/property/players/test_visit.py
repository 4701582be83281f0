"""Sessions: whatever arrives, and in whatever order, time never runs backwards and pauses end a session."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cairn.players.player import IDLE, Visit, with_visit

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
ACTIVITIES = st.lists(
    st.tuples(
        st.sampled_from(["woods", "hill", None]),
        st.one_of(st.integers(0, 5 * 3600), st.sampled_from([0, 3599, 3600, 3601, 7200])).map(
            lambda seconds: BEGIN + timedelta(seconds=seconds)
        ),
        st.sampled_from(["gate", "bridge", None]),
    ),
    min_size=1,
    max_size=12,
)
type Activity = tuple[str | None, datetime, str | None]


def played(activities: list[Activity]) -> list[Visit]:
    """The session after each activity."""
    visits: list[Visit] = []
    for experience, at, location in activities:
        visits.append(with_visit(visits[-1] if visits else None, experience, at, location))
    return visits


@given(ACTIVITIES)
def test_time_never_runs_backwards(activities: list[Activity]) -> None:
    visits = played(activities)
    for before, after in pairwise(visits):
        assert after.since >= before.since
        assert after.at >= before.at
    assert visits[-1].at == max(at for _, at, _ in activities)
    assert all(each.since <= each.at for each in visits)


@given(ACTIVITIES)
def test_a_session_is_the_last_run_of_activities_without_a_pause_or_another_experience(
    activities: list[Activity],
) -> None:
    """Against another way to say it: of those in order, go back from the last while nothing ends the session."""
    activities = sorted(activities, key=lambda each: each[1])
    visit = played(activities)[-1]
    experience, since, location = activities[-1]
    for former, at, place in reversed(activities[:-1]):
        if former != experience or since - at > IDLE:
            break
        since, location = at, location or place
    assert visit == Visit(experience, since, activities[-1][1], location)


@given(ACTIVITIES)
def test_an_activity_that_comes_again_changes_nothing(activities: list[Activity]) -> None:
    visit = played(activities)[-1]
    for experience, at, location in activities:
        if at < visit.at or experience == visit.experience:
            again = with_visit(visit, experience, at, None if at < visit.at else location)
            assert (again.experience, again.since, again.at) == (visit.experience, visit.since, visit.at)
