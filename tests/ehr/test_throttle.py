"""The bucket of each caller: how many at once, how many a second, and nobody else's."""

import math
from dataclasses import replace

import pytest
from fixtures import callers

from ehr import throttle
from ehr.errors import Throttled
from ehr.throttle import Throttle

NURSE, NEIGHBOUR = callers.clinician(1), callers.clinician(2)


class Clock:
    """Seconds that pass when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admitted(bucket: Throttle, times: int, who: callers.Access = NURSE) -> int:
    """How many of so many requests at once are let in."""
    found = 0
    for _ in range(times):
        try:
            bucket.admit(who)
            found += 1
        except Throttled:
            pass
    return found


def test_so_many_at_once_and_then_so_many_a_second(clock: Clock) -> None:
    bucket = Throttle(10, 25, clock=clock)
    assert admitted(bucket, 100) == 25
    for _ in range(5):
        clock.now += 1
        assert admitted(bucket, 100) == 10
    clock.now += 1000
    assert admitted(bucket, 100) == 25


def test_an_even_pace_is_never_refused(clock: Clock) -> None:
    bucket = Throttle(10, 1, clock=clock)
    for _ in range(500):
        assert admitted(bucket, 1) == 1
        clock.now += 0.1001


@pytest.mark.parametrize("other", [NEIGHBOUR, replace(NURSE, client="other"), callers.system()])
def test_others_do_not_notice(clock: Clock, other: callers.Access) -> None:
    bucket = Throttle(1, 2, clock=clock)
    assert admitted(bucket, 5) == 2
    assert admitted(bucket, 5, other) == 2
    assert admitted(bucket, 1, replace(NURSE, address="192.0.2.1", token_id="new")) == 0


def test_it_says_how_long_to_wait_and_whether_it_said_so_before(clock: Clock) -> None:
    bucket = Throttle(1, 1, clock=clock)
    bucket.admit(NURSE)
    with pytest.raises(Throttled) as first:
        bucket.admit(NURSE)
    assert (first.value.seconds, first.value.again) == (1, False)
    clock.now += 0.5
    with pytest.raises(Throttled) as second:
        bucket.admit(NURSE)
    assert (second.value.seconds, second.value.again) == (1, True)
    clock.now += 0.5
    bucket.admit(NURSE)
    clock.now += 0.1
    with pytest.raises(Throttled) as third:
        bucket.admit(NURSE)
    assert not third.value.again


@pytest.mark.parametrize("times", [0, 1, 5, 50])
def test_several_are_counted_at_once_and_waited_for(clock: Clock, times: int) -> None:
    bucket = Throttle(10, 3, clock=clock)
    bucket.admit(NURSE)
    bucket.count(NURSE, times)
    free = max(2 - times, 0)
    assert admitted(bucket, 10) == free
    with pytest.raises(Throttled) as refused:
        bucket.admit(NURSE)
    owed = times + 1 + free
    assert refused.value.seconds == math.ceil(round((owed - 2) / 10, 9))
    clock.now += refused.value.seconds
    assert admitted(bucket, 1) == 1


def test_no_limit(clock: Clock) -> None:
    assert admitted(Throttle(0, 0, clock=clock), 1000) == 1000


def test_the_memory_of_many_callers_is_bounded(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_MOST_CALLERS", 10)
    bucket = Throttle(1, 2, clock=clock)
    for account in range(100):
        bucket.admit(replace(NURSE, account=account))
        clock.now += 1.1
    assert len(bucket._due) <= 10
