"""Values from one thread to another, a few at a time; each side learns when the other has given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Generic, TypeVar

Value = TypeVar("Value")


class AbandonedError(Exception):
    """The other side takes, or gives, no more. Never leaves this package."""


class Handover(Generic[Value]):
    """A short queue.

    Args:
        room: Values that may wait; more make the giver wait.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: deque[Value] = deque()
        self._changed = Condition()
        self._is_closed = False
        self._is_left = False
        self._error: BaseException | None = None

    def put(self, value: Value) -> None:
        """Give a value.

        Raises:
            AbandonedError: If nobody takes any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_left or len(self._waiting) < self._room)
            if self._is_left:
                raise AbandonedError
            self._waiting.append(value)
            self._changed.notify_all()

    def close(self, error: BaseException | None = None) -> None:
        """Say that no more comes; the taker gets the first error, if there is one, after the values."""
        with self._changed:
            self._is_closed, self._error = True, self._error or error
            self._changed.notify_all()

    def leave(self) -> None:
        """Say that no more is taken."""
        with self._changed:
            self._is_left = True
            self._waiting.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Value]:
        """The values, until the giver closes.

        Raises:
            AbandonedError: If the queue was left meanwhile.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._is_closed or self._is_left)
                if self._is_left:
                    raise AbandonedError
                if not self._waiting:
                    break
                value = self._waiting.popleft()
                self._changed.notify_all()
            yield value
        if self._error is not None:
            raise self._error


@contextmanager
def ahead(values: Iterator[Value], room: int) -> Generator[Iterator[Value]]:
    """Yield the same values, made in another thread while those before are worked on.

    Args:
        values: What they come from; where it raises, so does what is yielded.
        room: Values that are made in advance.
    """
    queue: Handover[Value] = Handover(room)

    def give() -> None:
        try:
            for value in values:
                queue.put(value)
        except AbandonedError:
            return
        except BaseException as error:
            queue.close(error)
        else:
            queue.close()

    thread = Thread(target=give, daemon=True)
    thread.start()
    try:
        yield iter(queue)
    finally:
        queue.leave()
        thread.join()
