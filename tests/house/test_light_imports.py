"""What may be loaded when: using a model needs no PyTorch, and importing superres needs nothing."""

import subprocess
import sys

import pytest

from superres.apps.cli.main import LAB_PACKAGES

LAB = LAB_PACKAGES
ENGINES = ("numpy", "openvino", "pyvips", "pydantic")


def loaded(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter has after a statement."""
    program = f"{statement}\nimport sys\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_superres_loads_neither_numpy_nor_an_engine() -> None:
    assert loaded("import superres").isdisjoint({*LAB, *ENGINES})


@pytest.mark.parametrize(
    "module",
    [
        "superres.inference.upscaler",
        "superres.inference.batch",
        "superres.models.manifest",
        "superres.models.card",
        "superres.image.files",
        "superres.image.resize",
        "superres.image.colour",
        "superres.data.datasets.packed",
        "superres.data.datasets.degraded",
        "superres.data.degradation.presets",
        "superres.data.inspection.inspection",
        "superres.inference.ensemble",
    ],
)
def test_using_a_model_loads_nothing_of_the_lab(module: str) -> None:
    assert loaded(f"import {module}").isdisjoint(LAB)


def test_command_line_loads_neither_numpy_nor_an_engine_before_it_knows_its_command() -> None:
    assert loaded("import superres.apps.cli.main").isdisjoint({*LAB, *ENGINES})


def test_public_names_are_few_and_present() -> None:
    import superres

    assert superres.__all__ == ["SuperResError", "__version__", "upscale", "upscale_file"]
    assert all(getattr(superres, name) is not None for name in superres.__all__)
