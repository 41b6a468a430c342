"""`reload`, `pause`, `resume`, `kill`: verbs that need a running agent. Act, then read back; or say
what they would do."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus, State
from pa_units.drive import choose
from pa_units.drive.base import JobResult
from pa_units.kit.errors import UsageError
from pa_units.verbs import rehearse, supervise
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.status import statuses

Selected = Sequence[Installed]

_NOTHING: Mapping[str, object] = MappingProxyType({})

_ALIVE = frozenset({State.RUNNING, State.PAUSED})


def reload(at: Here, agents: Selected, *, dry_run: bool = False) -> tuple[Outcome, ...]:
    """Have agents read their configuration again; one that ends by it has failed."""
    if dry_run:
        return rehearse.signalled(at, agents, "reloaded")
    return _act(at, agents, "reloaded", "reload_units", State.RUNNING)


def pause(at: Here, agents: Selected, *, dry_run: bool = False) -> tuple[Outcome, ...]:
    """Freeze all processes of agents."""
    if dry_run:
        return rehearse.signalled(at, agents, "paused")
    return _act(at, agents, "paused", "pause", State.PAUSED)


def resume(at: Here, agents: Selected, *, dry_run: bool = False) -> tuple[Outcome, ...]:
    """Undo `pause`."""
    if dry_run:
        return rehearse.signalled(at, agents, "resumed")
    return _act(at, agents, "resumed", "resume", State.RUNNING)


def kill(
    at: Here, agents: Selected, signal: str, *, whole: bool, dry_run: bool = False
) -> tuple[Outcome, ...]:
    """Send a signal to the main process of agents, or to all of their processes.

    Raises UsageError for what is no signal.
    """
    number = signal_number(signal)
    if dry_run:
        return rehearse.signalled(at, agents, f"sent {signal}")
    whom = "all" if whole else "main"
    options = {"signal": number, "whom": whom}
    return _act(at, agents, f"got {signal}", "kill", None, "no signal sent", options)


def signal_number(text: str) -> int:
    """`SIGHUP`, `HUP` or `1`. Raises UsageError."""
    from signal import Signals

    if text.isdigit() and int(text) in {member.value for member in Signals}:
        return int(text)
    name = text.upper() if text.upper().startswith("SIG") else f"SIG{text.upper()}"
    if name not in Signals.__members__:
        raise UsageError(f"'{text}' is not a signal", "such as SIGHUP, HUP or 1; see signal(7)")
    return Signals[name].value


def _act(
    at: Here,
    agents: Selected,
    did: str,
    verb: str,
    wanted: State | None,
    failed: str = "",
    options: Mapping[str, object] = _NOTHING,
) -> tuple[Outcome, ...]:
    """Have those that run do `verb` of their driver; each is done when its state is the wanted one
    afterwards."""
    may_write(at, "control agents")
    supervisor = supervise.revived(at, agents)
    before = _services(at, agents)
    alive = {unit for unit, one in before.items() if one.state in _ALIVE}
    results: dict[str, JobResult] = {}
    for driver in dict.fromkeys(agent.driver for agent in agents):
        own = [agent for agent in agents if agent.driver == driver]
        units = [unit for agent in own for unit in agent.workers if unit in alive]
        results |= zip(units, _send(at, driver, verb, units, options), strict=True)
    after = _services(at, agents) if wanted and results else {}
    return tuple(
        _outcome(
            Outcome(agent, True, did, failed=failed or f"not {did}", supervisor=supervisor),
            [results[unit] for unit in agent.workers if unit in results],
            [after[unit] for unit in agent.workers if unit in results and unit in after],
            wanted,
        )
        for agent in agents
    )


def _send(
    at: Here, driver: str, verb: str, units: Sequence[str], options: Mapping[str, object]
) -> list[JobResult]:
    if not units:
        return []
    call: Callable[..., list[JobResult]] = getattr(choose.driver(driver), verb)
    return supervise.again(at, driver, lambda: call(at.scope, at.env, units, **options))


def _services(at: Here, agents: Selected) -> dict[str, AgentStatus]:
    """The status of every service of agents, by unit: of replicas some may run."""
    if not agents:
        return {}
    found = statuses(at, [agent.name for agent in agents])
    return {one.unit: one for whole in found for one in whole.replicas or (whole,)}


_NO_SUCH_ACTION = "JobTypeNotApplicable"


def _outcome(
    done: Outcome,
    results: Sequence[JobResult],
    after: Sequence[AgentStatus],
    wanted: State | None,
) -> Outcome:
    """`done` is the outcome if all went well."""
    if not results:
        return done._replace(ok=False, reason="it does not run", idle=True)
    result = next((result for result in results if not result.ok), results[0])
    if result.error_name.endswith(_NO_SUCH_ACTION):
        reason = "its spec has neither reload_command nor reload_signal"
        return done._replace(ok=False, reason=reason)
    if not result.ok:
        return done._replace(ok=False, reason=result.message, denied=result.denied)
    for one in after:
        if one.state is not wanted:
            return done._replace(ok=False, reason=one.reason or f"it is {one.state} now")
    return done
