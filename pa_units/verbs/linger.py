"""Whose agents end at the logout, and do not start at boot?"""

import os

from pa_units.contracts.refs import Scope
from pa_units.observe.linger import lingers
from pa_units.verbs.here import Here


def missing_for(at: Here) -> str:
    """Return the user whose agents do, "" if none. Empty too for a user without a name."""
    if at.scope is Scope.SYSTEM or at.root:
        return ""
    import pwd

    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""
    return "" if lingers(user) else user
