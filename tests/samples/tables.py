"""Small tables, whose figures can be worked out by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from superres.evaluation.efficiency import Latency
from superres.evaluation.table import Expense, Row, Table
from superres.evaluation.table_plan import Published

NETWORK = Expense(parameters=317_218, macs=19_700_000_000, latency=Latency(median=41.6, low=40.0, high=43.0, rounds=15))


def row(
    model: str,
    values: Mapping[str, Sequence[float]],
    *,
    dataset: str = "Set",
    scale: float = 4.0,
    expense: Expense | None = None,
) -> Row:
    """Values of each metric for the images `image0`, `image1` and so on."""
    count = len(next(iter(values.values())))
    images = {f"image{index}": {name: values[name][index] for name in values} for index in range(count)}
    return Row(
        dataset=dataset, model=model, scale=scale, engine="openvino float32", low="read", images=images, expense=expense
    )


def published(values: Mapping[str, float], *, model: str = "ours", scale: float = 4.0, source: str = "Us") -> Published:
    """Figures of a paper for the set of `row`."""
    return Published(model=model, dataset="Set", scale=scale, values=values, source=source)


def table(*rows: Row, **facts: Any) -> Table:
    """A table of the metrics that its first row has."""
    metrics = tuple(next(iter(rows[0].images.values())))
    return Table(protocol_name="classical", metrics=metrics, rows=rows, **facts)


def full_table(**facts: Any) -> Table:
    """Two models at two scales on five images, everything that a table can hold.

    PSNR ×4: 30 for bicubic, 32 for ours, better on every image; SSIM 0.8 and 0.9. ×2: 3 dB and 0.05 more.
    """
    psnr, ssim = [28.0, 29.0, 30.0, 31.0, 32.0], [0.7, 0.75, 0.8, 0.85, 0.9]
    gains = [1.0, 1.5, 2.0, 2.5, 3.0]
    better = [value + gain for value, gain in zip(psnr, gains, strict=True)]
    rows: list[Row] = []
    for scale, more, like in ((2.0, 3.0, 0.05), (4.0, 0.0, 0.0)):
        low = {"psnr": [value + more for value in psnr], "ssim": [value + like for value in ssim]}
        high = {"psnr": [value + more for value in better], "ssim": [value + like + 0.1 for value in ssim]}
        rows.append(row("bicubic", low, scale=scale))
        rows.append(row("ours", high, scale=scale, expense=NETWORK))
    given: dict[str, Any] = {
        "name": "small",
        "about": "Two models.",
        "warnings": ("image0 is odd",),
        "published": (published({"psnr": 32.01, "ssim": 0.95}, source="Someone, table 1"),),
        "tolerances": {"psnr": 0.02, "ssim": 0.001},
        "environment": {"machine": "a desk"},
    }
    return table(*rows, **(given | facts))
