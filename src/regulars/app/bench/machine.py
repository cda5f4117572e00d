"""Where and with what a run took place."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from regulars.app.bench import children
from regulars.app.bench.report import Machine
from regulars.store import sqlite

_PACKAGES = ("regulars", "falcon", "granian", "msgspec", "phonenumberslite")


def machine(load_before: float) -> Machine:
    """This machine, at the end of a run that began under this load."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        load=(round(load_before, 2), round(load(), 2)),
    )


def load() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]


def versions() -> dict[str, str]:
    """Of everything that the figures depend on."""
    found = {"python": platform.python_version(), "sqlite": sqlite.version().rpartition(" ")[2]}
    found |= {name: metadata.version(name) for name in _PACKAGES}
    nginx = children.nginx_path()
    return found | ({"nginx": children.nginx_version(nginx)} if nginx else {})


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
