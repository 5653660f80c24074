"""Many machines, by Ray: each takes a file at a time, and what a lost one was about another takes up."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Iterable
from importlib import import_module
from typing import Any

from superres.errors import InvalidRequestError, MissingPackageError, SuperResError, UnreadableFileError
from superres.inference.batch import Job
from superres.inference.files import JobWatcher, Outcome
from superres.inference.parcels import Work, parcel_of, unpacked, worked_off

LOCAL = "local"
"""In place of an address: the cores of this machine, as a cluster."""

_PATIENCE = 5.0
"""Seconds that a machine has to answer."""
_TRIES = 5
"""Workers that may be lost at one file."""
_WAITING = 2
"""Files for each core, those that are worked on included: no worker waits for one to be sent."""


class Cluster:
    """Of machines that have superres installed.

    Args:
        address: Of a running one, as Ray takes it, or `LOCAL`.

    Raises:
        MissingPackageError: If Ray is not installed.
        InvalidRequestError: If nothing answers at the address.
    """

    def __init__(self, address: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes to the network
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            self._ray: Any = import_module("ray")
        except ModuleNotFoundError as error:
            raise MissingPackageError(
                "a cluster was asked for, for which the package ray is needed; pip install 'superres[cluster]'"
            ) from error
        place: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {"address": address}
        try:
            _knock(address)
            self._ray.init(logging_level="ERROR", log_to_driver=False, **place)
        except (OSError, ValueError, RuntimeError) as error:
            raise InvalidRequestError(
                f"the cluster {address} was asked for, but nothing answers there: {str(error).splitlines()[0]}"
            ) from error

    def upscale_files(self, jobs: Iterable[Job], work: Work, watch: JobWatcher | None = None) -> Generator[Outcome]:
        """Enlarge files into others, in whatever order they are done.

        Args:
            jobs: What becomes of what; asked for as they are sent.
            work: What is done with each.
            watch: See `superres.inference.files.JobWatcher`; called when a file is done.

        Returns:
            How each ended.
        """
        remote = self._ray.remote(num_cpus=1, max_retries=_TRIES)(worked_off)
        shared = self._ray.put(work)
        room = max(1, int(self._ray.cluster_resources().get("CPU", 1))) * _WAITING
        sent: dict[Any, Job] = {}
        try:
            for job in jobs:
                try:
                    parcel = parcel_of(job, work.terms)
                except SuperResError as error:
                    yield Outcome(job=job, result=error)
                    continue
                sent[remote.remote(parcel, shared)] = job
                if len(sent) >= room:
                    yield self._next(sent, work, watch)
            while sent:
                yield self._next(sent, work, watch)
        finally:
            for task in sent:
                self._ray.cancel(task)

    def close(self) -> None:
        """Leave it; a local one ends."""
        self._ray.shutdown()

    def _next(self, sent: dict[Any, Job], work: Work, watch: JobWatcher | None) -> Outcome:
        """The first that is done."""
        (task,), _ = self._ray.wait(list(sent))
        job = sent.pop(task)
        try:
            answer = self._ray.get(task)
        except self._ray.exceptions.RayError as error:
            why = f"the cluster gave no result for {job.source}: {str(error).splitlines()[0]}"
            return Outcome(job=job, result=UnreadableFileError(why))
        outcome = unpacked(job, answer, work.terms)
        if watch is not None:
            watch(job, 1, 1)
        return outcome


def _knock(address: str) -> None:
    """See whether anything answers, which Ray itself asks for minutes.

    Raises:
        OSError: If nothing does.
        ValueError: If the address has no port that is a number.
    """
    if address in (LOCAL, "auto"):
        return
    host, _, port = address.rpartition("//")[2].rpartition(":")
    socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
