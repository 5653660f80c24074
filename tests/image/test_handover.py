"""Values from one thread to another."""

import threading
from collections.abc import Iterator

import pytest

from superres.image.handover import AbandonedError, Handover, ahead


def test_values_come_in_order_and_end() -> None:
    with ahead(iter(range(100)), room=2) as values:
        assert list(values) == list(range(100))


def test_no_more_is_made_in_advance_than_there_is_room() -> None:
    made: list[int] = []
    taken = threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            if number == 3:  # two wait, one is being handed over
                taken.set()
            yield number

    with ahead(numbers(), room=2) as values:
        assert next(values) == 0
        assert taken.wait(5)
        assert made == [0, 1, 2, 3]


def test_error_comes_after_the_values_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    with ahead(broken(), room=5) as values:
        assert next(values) == 1
        with pytest.raises(ValueError, match="damaged"):
            next(values)


def test_who_leaves_early_ends_the_work() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            ended.set()

    before = threading.active_count()
    with ahead(endless(), room=1) as values:
        next(values)
    assert threading.active_count() == before
    del values
    assert ended.wait(5)


def test_giver_learns_that_nobody_takes() -> None:
    queue: Handover[int] = Handover(room=1)
    queue.leave()
    with pytest.raises(AbandonedError):
        queue.put(1)


def test_taker_that_waits_learns_that_the_queue_was_left() -> None:
    queue: Handover[int] = Handover(room=1)
    timer = threading.Timer(0.05, queue.leave)
    timer.start()
    with pytest.raises(AbandonedError):
        next(iter(queue))
