"""One file enlarged by a plan."""

from pathlib import Path

from superres.inference.batch import Job
from superres.inference.files import JobWatcher, Planner, Sizes, Terms, upscale_files
from superres.inference.request import Plan


def upscale_file(
    source: Path, target: Path, plan: Plan | Planner, terms: Terms | None = None, watch: JobWatcher | None = None
) -> Sizes:
    """Enlarge it, or raise what stopped that."""
    (outcome,) = upscale_files([Job(source, target)], plan, terms, watch)
    if not isinstance(outcome.result, Sizes):
        raise outcome.result
    return outcome.result
