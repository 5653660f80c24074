"""One frame of a film, enlarged into a picture: what the whole will look like, before hours are spent on it."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction

import numpy as np

from superres.errors import InvalidRequestError, SuperResError
from superres.image.files import check_input, check_output, write_picture
from superres.image.picture import Integers, Metadata, Picture
from superres.image.video.film import Film
from superres.image.video.reading import FilmReader
from superres.inference.batch import Job
from superres.inference.files import Outcome, Planner, Sizes, Terms, metadata_of
from superres.inference.request import Plan
from superres.inference.upscaler import upscale_picture


def preview_film(job: Job, plan: Plan | Planner, terms: Terms, time: Fraction) -> Outcome:
    """Enlarge one frame of a film into a picture, upright.

    Args:
        job: What becomes of what; the target's ending names the picture's format.
        plan: See `superres.inference.films.upscale_film`.
        terms: What holds for all files.
        time: When the frame is shown [s], counted from the first one; where the film is shorter, its last one is taken.

    Returns:
        How it ended.
    """
    overwrite = terms.overwrite or job.replaces
    try:
        check_input(job.source, "a film")
        check_output(job.target, overwrite=overwrite)
        reader = FilmReader(job.source, max_pixels=terms.max_pixels)
        film = reader.film
        how = plan if isinstance(plan, Plan) else plan(*film.seen)
        metadata = metadata_of(Metadata(), how, terms)
        made = upscale_picture(_picture(_upright(_pixels_at(reader, time), film), metadata), how)
        write_picture(job.target, made, quality=terms.quality, overwrite=overwrite)
    except (SuperResError, MemoryError) as error:
        return Outcome(job=job, result=error)
    return Outcome(job=job, result=Sizes(*film.seen, made.height, made.width))


def _pixels_at(reader: FilmReader, time: Fraction) -> Integers:
    """Of the last frame that begins by a time after the first one."""
    found: Integers | None = None
    first = 0
    with closing(reader.frames()) as frames:
        for frame in frames:
            if found is None:
                first = frame.time
            elif (frame.time - first) * reader.film.time_base > time:
                break
            found = frame.pixels
    if found is None:
        raise InvalidRequestError("the film has no frames")
    return found


def _upright(pixels: Integers, film: Film) -> Integers:
    """As it is seen."""
    if film.matrix is None:
        return pixels
    if film.is_turned:
        pixels, across, down = pixels.swapaxes(0, 1), film.matrix[3], film.matrix[1]
    else:
        across, down = film.matrix[0], film.matrix[4]
    return np.ascontiguousarray(pixels[:: -1 if down < 0 else 1, :: -1 if across < 0 else 1])


def _picture(pixels: Integers, metadata: Metadata) -> Picture:
    has_alpha = pixels.shape[2] == 4
    colours = pixels[..., :3] if has_alpha else pixels
    return Picture(pixels=colours, alpha=pixels[..., 3] if has_alpha else None, metadata=metadata)
