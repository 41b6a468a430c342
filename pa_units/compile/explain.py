"""What a compiled agent will do, as figures and words. Pure."""

from typing import NamedTuple

from pa_units.compile.systemd import restart
from pa_units.compile.systemd.draft import NATIVE_BACKOFF
from pa_units.contracts.bundle import AgentBundle, Kind
from pa_units.contracts.facts import Facts
from pa_units.spec.model import Agent
from pa_units.spec.scalars import print_duration, print_size

_SHOWN_DELAYS = 12


class Explanation(NamedTuple):
    """One agent explained. Times in milliseconds."""

    agent: str
    systemd: int
    lines: tuple[tuple[str, str], ...]
    """topic and words, in reading order"""
    delays_ms: tuple[int, ...]
    """before each restart, as many as there will be; the last one repeats without a budget"""
    budget: int | None
    gives_up_after_ms: int | None
    """all delays together, without the agent's own run times; None: never gives up"""


def explanation(agent: Agent, bundle: AgentBundle, facts: Facts) -> Explanation:
    """Explain an agent on the host of `facts`."""
    native = facts.host.systemd >= NATIVE_BACKOFF
    series = restart.series(agent, native=native)
    total = series.total if restart.restarts(agent) else None
    return Explanation(
        agent=agent.name,
        systemd=facts.host.systemd,
        lines=tuple(
            (topic, words)
            for topic, words in (
                ("runs", _runs(agent, facts)),
                ("as", f"{bundle.user or 'dynamic user'}: {bundle.user_reason}"),
                ("in", agent.cwd or f"/var/lib/{agent.name}, a directory of its own"),
                ("restarts", _policy(agent)),
                ("delays", _delays(agent, series)),
                ("gives up", _giving_up(agent, series)),
                ("anew", _anew(agent)),
                ("stops", _stops(agent)),
                ("limits", _limits(agent)),
                ("sandbox", agent.hardening.level),
                ("output", _output(bundle)),
                ("at boot", "starts" if agent.auto_start else "does not start"),
                ("units", ", ".join(unit.name for unit in bundle.units)),
            )
            if words
        ),
        delays_ms=_counted(agent, series),
        budget=agent.max_restarts,
        gives_up_after_ms=total,
    )


def _runs(agent: Agent, facts: Facts) -> str:
    found = facts.placements[agent.name].executable
    program, *arguments = agent.cmd.words
    return " ".join((found or f"{program} (not found)", *arguments))


_POLICIES = {
    "always": "whenever it ends",
    "on-failure": "when it fails: a non-zero exit code, a signal, a timeout",
    "never": "never",
}


def _policy(agent: Agent) -> str:
    return _POLICIES[agent.restart_policy] if restart.restarts(agent) else "never"


def _counted(agent: Agent, series: restart.Series) -> tuple[int, ...]:
    if not restart.restarts(agent):
        return ()
    if series.budget is None:
        return series.delays
    return tuple(
        series.delays[min(number, len(series.delays) - 1)] for number in range(series.budget)
    )


def _delays(agent: Agent, series: restart.Series) -> str:
    shown = _counted(agent, series)
    if not shown:
        return ""
    words = ", ".join(_seconds(delay) for delay in shown[:_SHOWN_DELAYS])
    more = ", …" if len(shown) > _SHOWN_DELAYS else ""
    repeats = " and so on" if series.budget is None else ""
    return f"{words}{more}{repeats}; never earlier, up to 0.3s later"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3g}s"


def _giving_up(agent: Agent, series: restart.Series) -> str:
    if not restart.restarts(agent):
        return ""
    if series.budget is None or series.total is None:
        return "never"
    window = agent.restart_window
    within = f" within {print_duration(window)}" if window else ""
    waits = f"after {series.budget} restarts{within}: {_seconds(series.total)} of delays"
    last = f", the last {_seconds(series.last_wait)} before systemd says so"
    return waits + (last if series.last_wait else "")


def _anew(agent: Agent) -> str:
    if not restart.counts(agent):
        return ""
    return f"the count starts anew after {print_duration(agent.backoff.reset_after)} up"


def _stops(agent: Agent) -> str:
    how = agent.stop_signal if agent.stop_command is None else "its stop_command"
    return f"by {how}, killed after {print_duration(agent.stop_timeout)}"


def _limits(agent: Agent) -> str:
    limits = agent.resources
    words = (
        limits.cpu_limit is not None and f"{limits.cpu_limit:g}% of a core",
        limits.memory_limit is not None and f"{print_size(limits.memory_limit)} of memory",
        limits.memory_high is not None and f"slower above {print_size(limits.memory_high)}",
        limits.tasks is not None and f"{limits.tasks} tasks",
        limits.open_files is not None and f"{limits.open_files} open files",
    )
    return ", ".join(word for word in words if word)


def _output(bundle: AgentBundle) -> str:
    files = [artifact.path for artifact in bundle.artifacts if artifact.kind is Kind.LOG]
    return ", ".join(files) or "the journal"
