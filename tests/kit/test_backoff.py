"""The series that `pa explain` prints, against what systemd 257 was measured to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.kit.backoff import delays, steps


def test_steps_come_nearest_to_the_multiplier() -> None:
    assert steps(1000, 60_000, 2) == 6
    assert steps(1000, 300_000, 2) == 8
    assert steps(1000, 300_000, 1) == 0
    assert steps(1000, 1000, 2) == 0
    assert steps(1000, 1100, 1000) == 1


def test_the_native_series() -> None:
    series = delays(1000, 60_000, 2, 8, native=True)
    assert series == (1000, 1979, 3915, 7746, 15_326, 30_324, 60_000, 60_000)
    # 100 ms to 30 s in 8 steps was measured at 0.1 0.2 0.42 0.85 1.73 3.53 7.21 14.71 30 s.
    measured = (100, 200, 420, 850, 1730, 3530, 7210, 14_710, 30_000)
    for delay, seen in zip(delays(100, 30_000, 2, 9, native=True), measured, strict=True):
        assert delay == pytest.approx(seen, rel=0.03)


def test_the_stated_series() -> None:
    series = delays(1000, 60_000, 2, 8, native=False)
    assert series == (1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000)
    assert delays(500, 60_000, 1, 3, native=False) == (500, 500, 500)
    assert delays(1000, 10**9, 1000, 10_000, native=False)[-1] == 10**9
    assert delays(1000, 60_000, 2, 0, native=True) == ()


@given(st.integers(1, 10**6), st.integers(1, 10**9), st.floats(1, 1000), st.booleans())
def test_delays_never_shrink_nor_pass_the_longest(
    initial: int, longest: int, multiplier: float, native: bool
) -> None:
    series = delays(initial, max(initial, longest), multiplier, 20, native=native)
    assert series[0] == initial
    assert list(series) == sorted(series)
    assert series[-1] <= max(initial, longest)
