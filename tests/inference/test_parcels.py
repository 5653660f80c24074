"""A file that is sent to another machine as its bytes comes back as what it would become here."""

from dataclasses import replace
from pathlib import Path

import pytest
from samples.enlarged import upscale_file
from samples.pictures import noise

from superres.errors import ExistingFileError, InvalidRequestError, UnreadableFileError
from superres.image.files import write_picture
from superres.image.picture import Picture
from superres.inference.batch import Job
from superres.inference.files import Sizes, Terms
from superres.inference.parcels import Work, parcel_of, unpacked, worked_off
from superres.inference.request import Request, plan

REQUEST = Request(scale=2, tier="tiny", engine="openvino", precision="float32")
WORK = Work(request=REQUEST, sizing=None, terms=Terms())


@pytest.fixture
def job(tmp_path: Path) -> Job:
    write_picture(tmp_path / "a.png", Picture(pixels=noise(20, 30, 3)))
    return Job(tmp_path / "a.png", tmp_path / "b.webp")


def test_result_is_the_same_to_the_byte(job: Job, tmp_path: Path) -> None:
    outcome = unpacked(job, worked_off(parcel_of(job, Terms()), WORK), Terms())
    assert outcome.result == Sizes(20, 30, 40, 60)
    upscale_file(job.source, tmp_path / "c.webp", plan(REQUEST))
    assert job.target.read_bytes() == (tmp_path / "c.webp").read_bytes()


def test_error_names_the_file_by_its_own_name(job: Job) -> None:
    job.source.write_bytes(b"no image at all")
    outcome = unpacked(job, worked_off(parcel_of(job, Terms()), WORK), Terms())
    assert isinstance(outcome.result, UnreadableFileError)
    assert str(outcome.result).startswith(f"{job.source} was to be read as an image")
    assert not job.target.exists()


def test_machine_with_another_version_is_told(job: Job) -> None:
    answer = worked_off(parcel_of(job, Terms()), replace(WORK, version="0.0.1"))
    with pytest.raises(InvalidRequestError, match=r"superres 0\.0\.1 has sent a file to a machine with superres"):
        raise AssertionError if isinstance(answer.result, Sizes) else answer.result


def test_what_cannot_be_read_or_written_is_not_sent(job: Job) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be"):
        parcel_of(Job(job.source.with_name("absent.png"), job.target), Terms())
    job.target.touch()
    with pytest.raises(ExistingFileError):
        parcel_of(job, Terms())


def test_what_appears_meanwhile_is_not_replaced(job: Job) -> None:
    answer = worked_off(parcel_of(job, Terms()), WORK)
    job.target.write_bytes(b"mine")
    assert isinstance(unpacked(job, answer, Terms()).result, ExistingFileError)
    assert job.target.read_bytes() == b"mine"
