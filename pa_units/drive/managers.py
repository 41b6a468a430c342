"""Those who supervise agents, to be read: one host may have systemd and our own supervisor.

Each is connected to when it is first asked, so agents of one driver do not need the other.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pa_units.contracts.drivers import BUILTIN, SYSTEMD
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope

if TYPE_CHECKING:
    from pa_units.contracts.run_state import Unit
    from pa_units.drive.wire import Wire


class Managers:
    """The managers of one scope, for the length of a `with` block."""

    def __init__(
        self, scope: Scope, env: Mapping[str, str], calls: int = 1, timeout: float = 0.0
    ) -> None:
        """`calls` is about how many questions systemd will be asked, and each of them may take
        `timeout` seconds, 0: as usual; see `wire.open_bus`."""
        self.scope = scope
        self._env = env
        self._calls = calls
        self._timeout = timeout
        self._wire: Wire | None = None

    def __enter__(self) -> "Managers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._wire is not None:
            self._wire.close()

    @property
    def systemd(self) -> "Wire":
        """The connection to systemd. Raises BusError."""
        if self._wire is None:
            from pa_units.drive.wire import TIMEOUT, open_bus

            seconds = self._timeout or TIMEOUT
            self._wire = open_bus(self.scope, self._env, seconds, self._calls)
        return self._wire

    def supervised(self, names: Sequence[str]) -> Mapping[str, "Unit"]:
        """What the built-in supervisor knows of units. Raises BusError."""
        from pa_units.drive import builtin

        return builtin.units(self.scope, self._env, names)


def of_systemd(agents: Sequence[Installed]) -> list[Installed]:
    """Those of agents that systemd supervises."""
    return [agent for agent in agents if agent.driver == SYSTEMD]


def of_builtin(agents: Sequence[Installed]) -> list[Installed]:
    """Those that the built-in supervisor does."""
    return [agent for agent in agents if agent.driver == BUILTIN]
