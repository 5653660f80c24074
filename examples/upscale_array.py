"""Enlarge a picture in memory: three lines of NumPy in, NumPy out."""

from pathlib import Path

import superres
from superres.image.files import read_picture, write_picture
from superres.image.picture import Picture

photo = read_picture(Path(__file__).with_name("lighthouse.webp"))
larger = superres.upscale(photo.pixels[150:250, 180:330], scale=4)
write_picture(Path("lighthouse_detail.png"), Picture(pixels=larger), overwrite=True)
print(f"150×100 pixels became {larger.shape[1]}×{larger.shape[0]}")
