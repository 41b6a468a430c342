"""Who starts after whom, and who stops before whom."""

from collections.abc import Callable, Iterable, Mapping

from pa_units.contracts.run_plan import RunPlan
from pa_units.contracts.run_state import Unit
from pa_units.supervisor import needs
from pa_units.supervisor.events import Event, Ready, Start, Stop
from pa_units.supervisor.phases import WAITS
from pa_units.supervisor.service import Service


class Order:
    """What waits for others: to start, or to stop."""

    def __init__(
        self, services: Mapping[str, Service], apply: Callable[[Service, Event], None]
    ) -> None:
        """`services` are all of them, by name, also those that come later."""
        self._services = services
        self._apply = apply
        self._waiting: set[str] = set()
        self._going_down: dict[str, bool] = {}
        """units that are to stop, and whether they were told: only when nothing is up any more that
        goes down before them"""

    def plans(self) -> dict[str, RunPlan]:
        """Return the plan of every unit."""
        return {name: service.plan for name, service in self._services.items()}

    def forget(self, name: str) -> None:
        """A unit is gone."""
        self._waiting.discard(name)
        self._going_down.pop(name, None)

    # Up.

    def start(self, names: Iterable[str], event: Event) -> None:
        """Start (or restart) units, and first what they wait for."""
        wanted = [*names]
        for name in needs.pulled_in(wanted, self.plans()):
            service = self._services[name]
            if service.unit.state in needs.DOWN and not needs.completed(service.unit):
                self._apply(service, Start())
        for name in wanted:
            self._going_down.pop(name, None)
            self._apply(self._services[name], event)

    def hold(self, service: Service) -> None:
        """Let a unit start if all that it needs is there, else say what is missing."""
        words = needs.missing(service.plan, self._agents()) if service.plan.needs else ""
        service.unit.words = words
        if words:
            self._waiting.add(service.name)
        else:
            self._waiting.discard(service.name)
            self._apply(service, Ready())

    def _agents(self) -> Mapping[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for service in self._services.values():
            found.setdefault(service.plan.agent, []).append(service.unit)
        return found

    def wake_dependents(self, changed: Service) -> list[Service]:
        """Look again at those that wait for `changed`, and return them."""
        looked_at = []
        for name in [*self._waiting]:
            service = self._services[name]
            if service.unit.phase != WAITS:
                self._waiting.discard(name)
            elif any(need.agent == changed.plan.agent for need in service.plan.needs):
                self.hold(service)
                looked_at.append(service)
        return looked_at

    # Down.

    def stop(self, names: Iterable[str]) -> None:
        """Stop units, those first that need others of them."""
        self._going_down |= dict.fromkeys(names, False)
        self.stop_next()

    def stop_next(self) -> None:
        """Tell those that nothing needs any more."""
        up = {name: told for name, told in self._going_down.items() if not self.is_down(name)}
        self._going_down = up
        if all(up.values()):
            return
        for name in needs.first_down(up, self.plans()):
            if not up[name]:
                up[name] = True
                self._apply(self._services[name], Stop())

    def is_down(self, name: str) -> bool:
        """Is nothing of a unit running, nor going to?"""
        return self._services[name].unit.state in needs.DOWN
