"""Where things stand on disk in each scope.

Paths are plain absolute strings as the running system sees them; `--root DIR` is applied by the
writer alone. `PA_HOME=DIR` moves all of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts import roster
from pa_units.contracts.scope import Scope, moved, state_directory


class Places(NamedTuple):
    """The directories of one scope, without a trailing slash."""

    scope: Scope
    config: str
    """`agents/`, `secrets/`, `channels.yaml`"""
    units: str
    state: str
    """`ledger.json`, `plans/`, `generations/`"""
    runtime: str
    """sockets; gone after a reboot"""
    logs: str
    """log files that may not stand where the spec asked for them"""
    helpers: str
    """programs that units of ours run; holds one directory per version"""
    logrotate: str
    specs: str = ""
    """installed specs, where they do not stand below `config`: in a package"""

    @property
    def agents(self) -> str:
        """Installed specs, one copy per agent."""
        return self.specs or f"{self.config}/agents"

    @property
    def secrets(self) -> str:
        """Environment files and values, readable by the owner of the scope alone."""
        return f"{self.config}/secrets"

    @property
    def ledger(self) -> str:
        """What is installed."""
        return roster.path(self.state)

    @property
    def staging(self) -> str:
        """Journal of a change of the disk before it is decided."""
        return f"{self.state}/staging.json"

    @property
    def commit(self) -> str:
        """The same once it is decided; gone when all of it is done."""
        return f"{self.state}/commit.json"

    @property
    def lock(self) -> str:
        """Taken by whoever writes. Beside what it guards: two shells of one user may have different
        runtime directories (under su there is none), and `--root DIR` has no /run of its own."""
        return f"{self.state}/lock"


SYSTEM = Places(
    scope=Scope.SYSTEM,
    config="/etc/pa",
    units="/etc/systemd/system",
    state=state_directory(Scope.SYSTEM, {}, ""),
    runtime="/run/pa",
    logs="/var/log/pa",
    helpers="/usr/local/lib/pa",
    logrotate="/etc/logrotate.d",
)


def places(scope: Scope, env: Mapping[str, str], home: str, uid: int) -> Places:
    """Return the places of `scope` for a user, following the XDG base directories.

    Raises UsageError for a relative PA_HOME.
    """
    if elsewhere := moved(env):
        return _moved(scope, elsewhere)
    if scope is Scope.SYSTEM:
        return SYSTEM
    config = env.get("XDG_CONFIG_HOME") or f"{home}/.config"
    state = state_directory(scope, env, home)
    data = env.get("XDG_DATA_HOME") or f"{home}/.local/share"
    # Unset in containers and under su: a directory of our own, its owner checked before use.
    runtime = env.get("XDG_RUNTIME_DIR")
    return Places(
        scope=scope,
        config=f"{config}/pa",
        units=f"{config}/systemd/user",
        state=state,
        runtime=f"{runtime}/pa" if runtime else f"/tmp/pa-{uid}",  # noqa: S108 (owner checked)
        logs=f"{state}/log",
        helpers=f"{data}/pa",
        logrotate=f"{config}/pa/logrotate.d",
    )


def _moved(scope: Scope, home: str) -> Places:
    return Places(
        scope=scope,
        config=f"{home}/config",
        units=f"{home}/units",
        state=f"{home}/state",
        runtime=f"{home}/run",
        logs=f"{home}/log",
        helpers=f"{home}/lib",
        logrotate=f"{home}/config/logrotate.d",
    )
