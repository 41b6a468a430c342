"""Lingering: without it the service manager of a user, and all it runs, ends at the logout."""

import os

from pa_units.contracts.refs import Scope
from pa_units.observe.facts import account, lingers
from pa_units.verbs.here import Here


def missing_for(at: Here) -> str:
    """Return the user whose agents would end at the logout and not start at boot, "" if none."""
    if at.scope is Scope.SYSTEM or at.root:
        return ""
    user = account(os.getuid()).name
    return "" if lingers(user) else user
