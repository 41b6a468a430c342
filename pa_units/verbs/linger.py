"""Whose agents end at the logout, and do not start at boot?"""

import os
from collections.abc import Sequence

from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope
from pa_units.drive.managers import of_systemd
from pa_units.observe.linger import lingers
from pa_units.verbs.here import Here


def missing_for(at: Here, agents: Sequence[Installed]) -> str:
    """Return the user whose agents do, "" if none. Empty too for a user without a name."""
    if at.scope is Scope.SYSTEM or at.root or not of_systemd(agents):
        return ""
    import pwd

    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""
    return "" if lingers(user) else user
