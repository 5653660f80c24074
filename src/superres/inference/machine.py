"""What this machine is, without asking a package that takes seconds to import."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

_CPU_FACTS = Path("/proc/cpuinfo")
_INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx_vnni": "VNNI",
    "avx512_bf16": "BF16",
    "amx_tile": "AMX",
    "asimd": "NEON",
    "bf16": "BF16",
}


def processor() -> str:
    """Its name, such as `AMD EPYC 9R14`."""
    named = _cpu_facts().get("model name", "")
    return named or platform.processor() or platform.machine()


def instructions() -> tuple[str, ...]:
    """Of the sets of instructions that matter for networks those that it has; empty where the system does not say."""
    facts = _cpu_facts()
    flags = f"{facts.get('flags', '')} {facts.get('Features', '')}".split()
    return tuple(dict.fromkeys(title for flag, title in _INSTRUCTIONS.items() if flag in flags))


def has_accelerator() -> bool:
    """Whether there seems to be a GPU that PyTorch computes on."""
    is_apple = sys.platform == "darwin" and platform.machine() == "arm64"
    return is_apple or any(Path(place).exists() for place in ("/dev/nvidia0", "/dev/kfd", "/dev/dxg"))


def _cpu_facts() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    try:
        text = _CPU_FACTS.read_text("utf-8")
    except OSError:
        return {}
    first = text.split("\n\n", maxsplit=1)[0]
    pairs = (line.split(":", maxsplit=1) for line in first.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}
