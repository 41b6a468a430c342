"""The plans on disk: which units there are, and which start with us."""

import os
from collections.abc import Callable

from pa_units.contracts import run_plan
from pa_units.contracts.places import Places
from pa_units.contracts.run_plan import RunPlan
from pa_units.kit.errors import PaError

_ENDING = ".json"


def load(places: Places, say: Callable[[str], None]) -> dict[str, RunPlan]:
    """Return every plan by its unit; one that cannot be read is told and left out."""
    found = {}
    directory = run_plan.directory(places)
    for name in sorted(_listing(directory)):
        if name.endswith(_ENDING):
            try:
                plan = _read(f"{directory}/{name}")
            except (PaError, OSError) as error:
                say(str(error))
            else:
                found[plan.unit] = plan
    return found


def _read(path: str) -> RunPlan:
    with open(path, "rb", buffering=0) as file:
        return run_plan.decode(file.readall(), path)


def at_boot(places: Places) -> list[str]:
    """Return the units that start with us."""
    names = sorted(_listing(run_plan.boot_directory(places)))
    return [name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)]


def _listing(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except FileNotFoundError:
        return []
