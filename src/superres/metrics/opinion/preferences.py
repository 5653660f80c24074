"""Pairwise preferences, and the strengths that explain them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from superres.errors import InvalidRequestError, UnreadableFileError
from superres.metrics.opinion.votes import read_votes

TIE = "tie"
TOLERANCE = 1e-8
"""Largest change of a strength at which the solver stops; Newton's next step would be its square."""
MOST_STEPS = 200

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """How often each stimulus was preferred to each other one.

    Raises:
        InvalidRequestError: If shape and names differ, a name comes twice, or a count is no count.
    """

    stimuli: tuple[str, ...]
    wins: Array
    """(stimulus, stimulus): how often the row was preferred to the column; a tie is half a win for each."""

    def __post_init__(self) -> None:
        count = len(self.stimuli)
        if count < 2 or self.wins.shape != (count, count):
            raise InvalidRequestError(
                f"preferences need two stimuli or more and a square of counts, got {count} and {self.wins.shape}"
            )
        if len(set(self.stimuli)) != count:
            raise InvalidRequestError(f"the names of stimuli must differ from each other, got {self.stimuli}")
        if not np.isfinite(self.wins).all() or self.wins.min() < 0 or self.wins.diagonal().any():
            raise InvalidRequestError("wins are counts from 0, and no stimulus wins against itself")

    @property
    def comparisons(self) -> Array:
        """How often each two were compared."""
        return self.wins + self.wins.T


@dataclass(frozen=True, kw_only=True, slots=True)
class Strengths:
    """One entry per stimulus; natural logarithms of odds, their mean is zero."""

    stimuli: tuple[str, ...]
    strength: Array
    standard_error: Array
    lower: Array
    upper: Array

    def probability(self, first: str, second: str) -> float:
        """That the first is preferred to the second, in (0, 1)."""
        difference = self.strength[self.stimuli.index(first)] - self.strength[self.stimuli.index(second)]
        return float(1 / (1 + np.exp(-difference)))


def read_preferences(path: Path) -> Preferences:
    r"""Preferences from a CSV file with the columns first, second and preferred; others, such as rater, may be there.

    `preferred` repeats one of the two names; where it is empty or says `tie`, each gets half a win. Names keep the
    order of their first appearance. A pair may be compared as often as one likes.

    Args:
        path: The file; see `read_votes` for separators and encoding.

    Raises:
        MissingFileError: If nothing is there.
        UnreadableFileError: If a column is missing, the preferred one is neither of the two, or they are the same.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     written = Path(folder, "votes.csv").write_text("first,second,preferred\na,b,b\na,b,tie\n")
        ...     read_preferences(Path(folder, "votes.csv")).wins.tolist()
        [[0.0, 0.5], [1.5, 0.0]]
    """
    votes: list[tuple[str, str, float]] = []
    for line, vote in read_votes(path, ("first", "second"), ("preferred",)):
        if "preferred" not in vote:
            raise UnreadableFileError(f"{path} lacks 'preferred'; needed are 'first', 'second', 'preferred'")
        first, second = vote["first"], vote["second"]
        if first == second:
            raise UnreadableFileError(f"{path}, line {line}: {first!r} is compared with itself")
        votes.append((first, second, _share(vote["preferred"], first, second, f"{path}, line {line}")))
    stimuli = tuple(dict.fromkeys(name for first, second, _ in votes for name in (first, second)))
    place = {name: index for index, name in enumerate(stimuli)}
    wins = np.zeros((len(stimuli), len(stimuli)))
    for first, second, share in votes:
        wins[place[first], place[second]] += share
        wins[place[second], place[first]] += 1 - share
    return Preferences(stimuli=stimuli, wins=wins)


def bradley_terry(preferences: Preferences, *, level: float = 0.95) -> Strengths:
    """Maximum-likelihood strengths: the odds of i over j are exp(θ_i − θ_j).

    Source: Bradley, Terry, "Rank analysis of incomplete block designs I", Biometrika 39, 1952; existence and
    uniqueness of the maximum after Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of
    Statistics 32(1), 2004, section 2. Solved by Newton's method, the step halved while the likelihood falls. A tie
    counts as half a win for each, which is Hunter's remark and not Davidson's model of ties.

    Intervals are Wald's: θ ± z times the root of the diagonal of the Fisher information's inverse, taken on strengths
    that add up to zero (Moore-Penrose). They take votes as independent of each other; several votes of one rater,
    who may have a taste, are less than that.

    Args:
        preferences: Connected so that the maximum exists, see below.
        level: Confidence, in (0, 1).

    Raises:
        InvalidRequestError: If some stimuli never lost to any of the others, or were never compared with them: their
            distance is then infinite or unknown. Or if the level is out of range.
    """
    if not 0 < level < 1:
        raise InvalidRequestError(f"the confidence of an interval lies between 0 and 1, got {level}")
    _check_connected(preferences)
    strength = _solve(preferences.wins)
    error = np.sqrt(np.linalg.pinv(_information(preferences.comparisons, strength), hermitian=True).diagonal())
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    return Strengths(
        stimuli=preferences.stimuli,
        strength=strength,
        standard_error=error,
        lower=strength - half,
        upper=strength + half,
    )


def _share(preferred: str, first: str, second: str, place: str) -> float:
    if preferred == first:
        return 1.0
    if preferred == second:
        return 0.0
    if preferred.lower() in ("", TIE):
        return 0.5
    raise UnreadableFileError(
        f"{place}: {preferred!r} was preferred, which is neither {first!r} nor {second!r}; leave a tie empty, "
        f"or write {TIE!r}"
    )


def _solve(wins: Array) -> Array:
    games, won = wins + wins.T, wins.sum(axis=1)
    strength = np.zeros(len(wins))
    likelihood = _likelihood(wins, strength)
    for _ in range(MOST_STEPS):
        gradient = won - (games * _probabilities(strength)).sum(axis=1)
        # The information knows nothing of a common shift; a constant added to it keeps the sum of strengths.
        step = np.linalg.solve(_information(games, strength) + 1 / len(wins), gradient)
        step -= step.mean()
        if np.abs(step).max() < TOLERANCE:
            return strength + step
        strength, likelihood = _climbed(wins, strength, step, likelihood)
    raise InvalidRequestError(f"the strengths did not settle in {MOST_STEPS} steps: some are all but infinite")


def _climbed(wins: Array, strength: Array, step: Array, likelihood: float) -> tuple[Array, float]:
    """The step, halved until the likelihood does not fall; the last digits may."""
    while (found := _likelihood(wins, strength + step)) < likelihood - 1e-12 * abs(likelihood):
        step = step / 2
    return strength + step, found


def _probabilities(strength: Array) -> Array:
    """That the row is preferred to the column."""
    return np.exp(-np.logaddexp(0, strength[None, :] - strength[:, None]))


def _likelihood(wins: Array, strength: Array) -> float:
    """The logarithm of it."""
    return -float((wins * np.logaddexp(0, strength[None, :] - strength[:, None])).sum())


def _information(games: Array, strength: Array) -> Array:
    probabilities = _probabilities(strength)
    weights = games * probabilities * probabilities.T
    return np.diag(weights.sum(axis=1)) - weights


def _check_connected(preferences: Preferences) -> None:
    """Refuse preferences without a maximum: Hunter's assumption 1, each reaches each along wins."""
    reach = preferences.wins > 0
    np.fill_diagonal(reach, val=True)
    for middle in range(len(reach)):
        reach |= reach[:, middle, None] & reach[None, middle, :]
    if reach.all():
        return
    # Who can reach the most others stands in front; a group is what reaches each other.
    top = int(reach.sum(axis=1).argmax())
    group, rest = reach[top] & reach[:, top], ~(reach[top] & reach[:, top])
    above, below = (
        _listed([n for n, is_in in zip(preferences.stimuli, side, strict=True) if is_in]) for side in (group, rest)
    )
    met = preferences.comparisons[np.ix_(group, rest)].any()
    raise InvalidRequestError(
        f"the strengths have no maximum: {above} {'never lost to' if met else 'and'} {below}"
        f"{'' if met else ' were never compared'}; gather votes that go the other way between the two groups, "
        "or leave one of them out"
    )


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
