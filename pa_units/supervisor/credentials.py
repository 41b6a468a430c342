"""Secrets that an agent gets as files below $CREDENTIALS_DIRECTORY (systemd.exec(5))."""

import os
from contextlib import suppress

from pa_units.contracts.run_plan import RunPlan
from pa_units.kit.errors import PaError
from pa_units.kit.files import write_whole
from pa_units.supervisor.accounts import Identity
from pa_units.supervisor.environment import Unreadable

VARIABLE = "CREDENTIALS_DIRECTORY"


def hand_over(runtime: str, plan: RunPlan, identity: Identity) -> str:
    """Copy the secrets of an agent to a place that goes with the boot, each for its user alone, and
    return that directory. Raises Unreadable.

    The directory stays ours: what the agent could put there would be followed or replaced by us.
    """
    directory = f"{runtime}/credentials/{plan.unit}"
    os.makedirs(directory, 0o711, exist_ok=True)
    ids = (identity.uid, identity.gid) if identity.uid >= 0 else None
    for credential in plan.credentials:
        try:
            with open(credential.path, "rb", buffering=0) as file:
                write_whole(f"{directory}/{credential.name}", file.readall(), 0o400, ids)
        except OSError as error:
            reason = str(error.strerror).lower()
            raise Unreadable(f"cannot read {credential.path}: {reason}") from None
        except PaError as error:
            raise Unreadable(error.message) from None
    return directory


def take_back(runtime: str, unit: str) -> None:
    """Remove what was handed over."""
    directory = f"{runtime}/credentials/{unit}"
    with suppress(FileNotFoundError):
        for name in os.listdir(directory):
            os.unlink(f"{directory}/{name}")
        os.rmdir(directory)
        os.rmdir(f"{runtime}/credentials")
