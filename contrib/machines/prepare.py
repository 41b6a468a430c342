"""From the name of a suite to a machine that can be booted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from machines.disk import remove_orphans
from machines.errors import BenchError
from machines.host import prepare_host
from machines.machine import Machine
from machines.roots import root_tree
from machines.seccomp import stuck
from machines.wheels import pa_layers

CHECKOUT = Path(__file__).resolve().parents[2]


def make(suite: str, *, with_pa: bool = True, name: str | None = None) -> Machine:
    """A machine of `suite`, not booted yet; `with_pa` installs this checkout as /usr/local/bin/pa.

    Builds and caches what is missing: a minute the first time, milliseconds later. Raises
    BenchError.
    """
    if reason := stuck():
        raise BenchError(f"cannot make a machine: {reason}")
    prepare_host()
    remove_orphans(lambda orphan: Machine.attach(orphan).remove())
    root = root_tree(suite)
    return Machine.create(root, pa_layers(root, CHECKOUT) if with_pa else (), name)


def build(suites: Sequence[str]) -> None:
    """Build what `make` needs for `suites`, the root trees side by side."""
    prepare_host()
    with ThreadPoolExecutor() as pool:
        roots = list(pool.map(root_tree, suites))
    for root in roots:
        pa_layers(root, CHECKOUT)
