"""The percentage of what is required: 0 to 100, growing, and 100 only at the end, however many there are."""

from hypothesis import given
from hypothesis import strategies as st

from cairn.progress.blocks import percentage


@given(st.integers(1, 5000), st.data())
def test_a_hundred_percent_is_said_of_all_and_of_nothing_less(required: int, data: st.DataObject) -> None:
    done = data.draw(st.integers(0, required))
    percent = percentage(done, required)
    assert (percent == 100) == (done == required)
    assert abs(percent - 100 * done / required) <= 0.1
    assert percent <= percentage(min(done + 1, required), required)
    assert round(percent, 1) == percent


def test_of_two_thousand_blocks_the_last_one_is_seen() -> None:
    assert [percentage(done, 2000) for done in (0, 1, 1000, 1999, 2000)] == [0.0, 0.1, 50.0, 99.9, 100.0]
