"""A tiny recipe that the training tests share."""

from pathlib import Path

import numpy as np

from superres.image.files import write_picture
from superres.image.picture import Metadata, Picture

STAGE = """
[[stages]]
name = "{name}"
start = "{start}"
steps = {steps}
batch_size = 2
patch_size = 32
loss = {{ l1 = 1.0 }}
optimizer = "adam"
betas = [0.9, 0.99]
learning_rate = 1e-3
final_learning_rate = 1e-5
schedule = "cosine"
warmup = 2
clip_norm = 1.0
average = 0.9
"""

RLFN = """
name = "tiny_x2"
architecture = "rlfn"

[model.config]
scale = 2
width = 4
blocks = 1
attention_width = 4
"""

HEAD = f"""
about = "A tiny network for tests."
seed = 3
precision = "float32"
threads = 1
checkpoint_every = {{checkpoint_every}}
licence = "Apache-2.0"

[model]{RLFN}
[data]
train = ["{{train}}"]
validation = "{{validation}}"
degradation = "bicubic"

[validation]
every = 5
protocol = "classical"
"""


def stage(name: str = "first", start: str = "random", steps: int = 10) -> str:
    """The TOML of one stage."""
    return STAGE.format(name=name, start=start, steps=steps)


def images(folder: Path, count: int, size: int = 60) -> Path:
    """A folder of smooth random photographs."""
    folder.mkdir(parents=True)
    for index in range(count):
        noise = np.random.default_rng(index).normal(size=(size, size, 3)).cumsum(0).cumsum(1)
        span = noise.max() - noise.min()
        pixels = ((noise - noise.min()) / span * 255).astype(np.uint8)
        write_picture(folder / f"{index}.png", Picture(pixels=pixels, alpha=None, metadata=Metadata()))
    return folder


def recipe(folder: Path, *stages: str, checkpoint_every: int = 4, model: str = RLFN) -> Path:
    """A recipe file over images that are made for it; `model` is the content of its table of this name."""
    head = HEAD.format(
        checkpoint_every=checkpoint_every,
        train=images(folder / "train", 3),
        validation=images(folder / "validation", 1),
    )
    path = folder / "tiny.toml"
    head = head.replace(RLFN, model)
    path.write_text(head + "".join(stages or (stage(),)), encoding="utf-8")
    return path
