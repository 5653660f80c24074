"""Tables of figures: the values of every image, and what they were measured with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superres.metrics.protocol import protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One model at one scale."""

    model: str
    scale: int
    engine: str
    """Engine and precision that gave the restored images."""
    low: str
    """Where the low-resolution images come from: `read`, or `made` by bicubic reduction."""
    images: Mapping[str, Mapping[str, float]]
    """For each image, the value of each metric."""

    def mean(self, metric: str) -> float:
        """Mean over the images."""
        return sum(values[metric] for values in self.images.values()) / len(self.images)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Models × scales on one set of images, under one protocol."""

    dataset: str
    protocol_name: str
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()

    def caption(self) -> str:
        """What the numbers are, in one sentence."""
        wordings = {protocol(self.protocol_name).caption(row.scale) for row in self.rows}
        count = len(self.rows[0].images) if self.rows else 0
        return f"{self.dataset}, {count} images, mean of the images. Protocol {' / '.join(sorted(wordings))}."

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON: metric names as keys, full precision."""
        return {
            "dataset": self.dataset,
            "protocol": self.protocol_name,
            "caption": self.caption(),
            "warnings": list(self.warnings),
            "rows": [self._row(row) for row in self.rows],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        return {
            "model": row.model,
            "scale": row.scale,
            "engine": row.engine,
            "low_resolution": row.low,
            **{name: row.mean(name) for name in self.metrics},
            "images": {image: dict(values) for image, values in row.images.items()},
        }
