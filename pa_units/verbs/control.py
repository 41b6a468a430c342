"""`reload`, `pause`, `resume`, `kill`: verbs that need a running agent. Act, then read back."""

from collections.abc import Callable, Sequence
from functools import partial

from pa_units.contracts.ledger import Installed
from pa_units.contracts.status import AgentStatus, State
from pa_units.drive import choose
from pa_units.drive.base import JobResult
from pa_units.kit.errors import UsageError
from pa_units.verbs.act import Outcome
from pa_units.verbs.here import Here, may_write
from pa_units.verbs.status import statuses

Selected = Sequence[Installed]

_ALIVE = frozenset({State.RUNNING, State.PAUSED})


def reload(at: Here, agents: Selected) -> tuple[Outcome, ...]:
    """Have agents read their configuration again; one that ends by it has failed."""
    return _act(at, agents, "reloaded", choose.driver().reload_units, State.RUNNING)


def pause(at: Here, agents: Selected) -> tuple[Outcome, ...]:
    """Freeze all processes of agents."""
    return _act(at, agents, "paused", choose.driver().pause, State.PAUSED)


def resume(at: Here, agents: Selected) -> tuple[Outcome, ...]:
    """Undo `pause`."""
    return _act(at, agents, "resumed", choose.driver().resume, State.RUNNING)


def kill(at: Here, agents: Selected, signal: str, *, whole: bool) -> tuple[Outcome, ...]:
    """Send a signal to the main process of agents, or to all of their processes."""
    number = signal_number(signal)
    whom = "all" if whole else "main"
    send = partial(choose.driver().kill, signal=number, whom=whom)
    return _act(at, agents, f"got {signal}", send, None, failed="no signal sent")


def signal_number(text: str) -> int:
    """`SIGHUP`, `HUP` or `1`. Raises UsageError."""
    from signal import Signals

    if text.isdigit() and int(text) in {member.value for member in Signals}:
        return int(text)
    name = text.upper() if text.upper().startswith("SIG") else f"SIG{text.upper()}"
    if name not in Signals.__members__:
        raise UsageError(f"'{text}' is not a signal", "such as SIGHUP, HUP or 1; see signal(7)")
    return Signals[name].value


_Send = Callable[..., list[JobResult]]


def _act(
    at: Here, agents: Selected, did: str, send: _Send, wanted: State | None, failed: str = ""
) -> tuple[Outcome, ...]:
    """Send to those that run; each is done when its state is the wanted one afterwards."""
    may_write(at, "control agents")
    before = _states(at, agents)
    alive = [agent for agent in agents if before[agent.name].state in _ALIVE]
    units = [agent.units[0].name for agent in alive]
    results = dict(zip(units, send(at.scope, at.env, units) if units else [], strict=True))
    after = _states(at, alive) if wanted else {}
    return tuple(
        _outcome(
            Outcome(agent, True, did, failed=failed or f"not {did}"),
            results.get(agent.units[0].name),
            after.get(agent.name),
            wanted,
        )
        for agent in agents
    )


def _states(at: Here, agents: Selected) -> dict[str, AgentStatus]:
    if not agents:
        return {}
    return {one.name: one for one in statuses(at, [agent.name for agent in agents])}


_NO_SUCH_ACTION = "JobTypeNotApplicable"


def _outcome(
    done: Outcome, result: JobResult | None, after: AgentStatus | None, wanted: State | None
) -> Outcome:
    """`done` is the outcome if all went well."""
    if result is None:
        return done._replace(ok=False, reason="it does not run", idle=True)
    if result.error_name.endswith(_NO_SUCH_ACTION):
        reason = "its spec has neither reload_command nor reload_signal"
        return done._replace(ok=False, reason=reason)
    if not result.ok:
        return done._replace(ok=False, reason=result.message, denied=result.denied)
    if after is not None and after.state is not wanted:
        return done._replace(ok=False, reason=after.reason or f"it is {after.state} now")
    return done
