"""What a compiled agent will do, as figures and words. Pure."""

from typing import NamedTuple

from pa_units.compile import telling, telling_life
from pa_units.compile.systemd import restart
from pa_units.compile.systemd.draft import NATIVE_BACKOFF
from pa_units.contracts.bundle import AgentBundle
from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.facts import Facts
from pa_units.spec.model import Agent
from pa_units.spec.quantities import print_duration

_SHOWN_DELAYS = 12

_MINUTES_FROM = 100_000
"""milliseconds; below, seconds of a series are easier to compare"""


class Explanation(NamedTuple):
    """One agent explained. Times in milliseconds."""

    agent: str
    systemd: int
    """major version; 0: the built-in supervisor"""
    lines: tuple[tuple[str, str], ...]
    """topic and words, in reading order"""
    delays_ms: tuple[int, ...]
    """before each restart, as many as there will be; the last one repeats without a budget"""
    budget: int | None
    gives_up_after_ms: int | None
    """all delays together, without the agent's own run times; None: never gives up"""


def explanation(agent: Agent, bundle: AgentBundle, facts: Facts) -> Explanation:
    """Explain an agent on the host of `facts`."""
    series = restart.series(agent, native=facts.host.systemd >= NATIVE_BACKOFF)
    topics = (
        *telling.who(agent, bundle, facts),
        *telling_life.when(agent, bundle),
        *_coming_back(agent, series, facts.host.driver),
        *telling_life.ending(agent, bundle),
        *telling.walls(agent, bundle),
    )
    return Explanation(
        agent=agent.name,
        systemd=facts.host.systemd,
        lines=tuple((topic, words) for topic, words in topics if words),
        delays_ms=_counted(agent, series),
        budget=agent.max_restarts,
        gives_up_after_ms=series.total if restart.restarts(agent) else None,
    )


def _coming_back(agent: Agent, series: restart.Series, driver: str) -> tuple[telling.Topic, ...]:
    return (
        ("restarts", _policy(agent)),
        ("delays", _delays(agent, series, driver)),
        ("gives up", _giving_up(agent, series)),
        ("anew", _anew(agent)),
    )


_POLICIES = {
    "always": "whenever it ends",
    "on-failure": "when it fails: a non-zero exit code, a signal, a timeout",
    "never": "never",
}


def _policy(agent: Agent) -> str:
    if not restart.restarts(agent):
        return "never"
    words = _POLICIES[agent.restart_policy]
    success = [code for code in agent.success_exit_codes if code != "0"]
    if success:
        words += f"; not a failure: {', '.join(success)}"
    if agent.no_restart_exit_codes:
        words += f"; never after {', '.join(agent.no_restart_exit_codes)}"
    return words


def _counted(agent: Agent, series: restart.Series) -> tuple[int, ...]:
    if not restart.restarts(agent):
        return ()
    if series.budget is None:
        return series.delays
    return tuple(
        series.delays[min(number, len(series.delays) - 1)] for number in range(series.budget)
    )


def _delays(agent: Agent, series: restart.Series, driver: str) -> str:
    shown = _counted(agent, series)
    if not shown:
        return ""
    late = "; never earlier, up to 0.3s later" if driver == SYSTEMD else ""
    return ", ".join(_steps(shown, series)) + late


def _steps(shown: tuple[int, ...], series: restart.Series) -> list[str]:
    """Every delay as far as they grow, then the one that repeats."""
    longest = series.delays[-1]
    growing = [_seconds(delay) for delay in shown if delay != longest]
    words = growing[:_SHOWN_DELAYS] + ["…"] * (len(growing) > _SHOWN_DELAYS)
    if series.budget is None or shown.count(longest) > 1:
        steady = _seconds(longest)
        return [*words, f"then {steady}" if words else f"{steady} each time"]
    return [*words, *(_seconds(longest) for _ in range(shown.count(longest)))]


def _seconds(milliseconds: int) -> str:
    if milliseconds < _MINUTES_FROM:
        return f"{milliseconds / 1000:.3g}s"
    return print_duration(round(milliseconds, -3))


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
