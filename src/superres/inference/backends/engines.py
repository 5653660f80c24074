"""The engines by name: what each opens, what it comes with, and whether that is installed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import Literal, get_args

from superres.errors import MissingPackageError, unknown_name

Engine = Literal["auto", "openvino", "onnxruntime", "ncnn", "pytorch"]
"""`auto` is the fastest of those that are installed and open the model."""

ENGINES: tuple[str, ...] = get_args(Engine)


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineEntry:
    """One engine."""

    name: Engine
    """What `--engine` takes."""
    title: str
    """What its makers call it."""
    module: str
    """In `superres.inference.backends`; imported only when the engine opens a model."""
    backend: str
    """The class there."""
    package: str
    """What must be importable."""
    extra: str
    """`pip install 'superres[EXTRA]'` brings it; empty for what the base installation has."""
    opens: tuple[str, ...]
    """File endings. Of a shipped network it takes the file with the first."""

    @property
    def is_installed(self) -> bool:
        """Whether its package is here; nothing is imported to find out."""
        return find_spec(self.package) is not None

    @property
    def version(self) -> str:
        """Of the package; empty where it is not installed."""
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return ""

    @property
    def remedy(self) -> str:
        """The command that installs it."""
        return f"pip install 'superres[{self.extra}]'" if self.extra else "pip install superres"


KNOWN: Sequence[EngineEntry] = (
    EngineEntry(
        name="openvino",
        title="OpenVINO",
        module="openvino",
        backend="OpenVINOBackend",
        package="openvino",
        extra="",
        opens=(".onnx",),
    ),
    EngineEntry(
        name="onnxruntime",
        title="ONNX Runtime",
        module="onnx_runtime",
        backend="ONNXRuntimeBackend",
        package="onnxruntime",
        extra="onnxruntime",
        opens=(".onnx",),
    ),
    EngineEntry(
        name="ncnn",
        title="ncnn",
        module="ncnn",
        backend="NcnnBackend",
        package="ncnn",
        extra="ncnn",
        opens=(".param",),
    ),
    EngineEntry(
        name="pytorch",
        title="PyTorch",
        module="pytorch",
        backend="PyTorchBackend",
        package="torch",
        extra="lab",
        opens=(".safetensors", ".pth", ".pt", ".mat"),
    ),
)
"""In the order in which they are taken where nothing says which is faster."""


def check_engine(name: str) -> None:
    """Refuse a name that is no engine.

    Raises:
        UnknownNameError: If it is none.
    """
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)


def installed_engine(name: str) -> EngineEntry:
    """The engine of a name, installed.

    Raises:
        UnknownNameError: If none is called so.
        MissingPackageError: If it is not installed.
    """
    check_engine(name)
    found = next(entry for entry in KNOWN if entry.name == name)
    if not found.is_installed:
        here = ", ".join(entry.name for entry in KNOWN if entry.is_installed)
        raise MissingPackageError(
            f"the engine {name} was asked for, but {found.title} is not installed; "
            f"{found.remedy} brings it; installed are: {here}"
        )
    return found


def engines_for(ending: str) -> list[EngineEntry]:
    """The engines that open files of an ending, installed or not."""
    return [entry for entry in KNOWN if ending in entry.opens]
