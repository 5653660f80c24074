"""Plans for many images.

A small image keeps no processor busy: its cores wait for each other at every layer. Where there are many, some go
through the network at a time, each on cores of its own; with two cores, that is an eighth more images in the same time.
A large image has all cores, and the memory, for itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from superres.inference.request import Plan, Request, plan, plan_for
from superres.inference.sizing import Sizing

SMALL = 320 * 320
"""Pixels of an image that does not go alone: 0.1 GB of memory for each."""
_MOST = 8
"""At a time."""


def planner(request: Request, sizing: Sizing | None = None) -> Callable[[int, int], Plan]:
    """What says how an image of a height and a width [pixels] is enlarged, where there are many.

    Args:
        request: What holds for all.
        sizing: Of the results, instead of the request's scale.
    """
    opened = cache(plan)

    def planned(height: int, width: int) -> Plan:
        asked = replace(request, together=lanes()) if height * width <= SMALL else request
        return opened(asked) if sizing is None else plan_for(asked, sizing, height, width, opened)

    return planned


def lanes() -> int:
    """Small images at a time."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST)
