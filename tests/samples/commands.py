"""What a command of the command line did."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """Exit code, and what was printed."""

    code: int
    out: str
    err: str


class Call(Protocol):
    """Runs `superres` with these arguments."""

    def __call__(self, *arguments: object) -> Answer: ...
