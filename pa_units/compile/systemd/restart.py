"""Restart policy, budget and backoff: all of it done by PID 1.

From systemd 254 on the delay grows natively; before, a helper in `ExecStartPre=` waits. The count
starts anew after `reset_after` of stability by a timer that each start arms.
"""

from functools import lru_cache
from typing import NamedTuple

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Note
from pa_units.kit.backoff import delays, steps
from pa_units.spec.model import Agent

_POLICIES = {"always": "always", "on-failure": "on-failure", "never": "no"}

SHORTEST_MS = 100
"""`RestartSec=` before 254: what the helper's wait comes on top of. systemd's own default; a 0
would busy-loop an agent whose helper is gone."""

_RATIO_TOLERANCE = 0.05


class Series(NamedTuple):
    """The delays before each restart, in milliseconds; the last one repeats."""

    delays: tuple[int, ...]
    budget: int | None
    """restarts after the first start; None: unlimited"""
    native: bool

    @property
    def last_wait(self) -> int:
        """After the last allowed crash, until the unit is failed (measured: 254 and later wait
        one more delay first), in milliseconds."""
        if self.budget is None or not self.native:
            return 0
        return self.delays[min(self.budget, len(self.delays) - 1)]

    @property
    def total(self) -> int | None:
        """All waits from the first crash to giving up, without the agent's own run times."""
        if self.budget is None:
            return None
        waits = (self.delays[min(k, len(self.delays) - 1)] for k in range(self.budget))
        return sum(waits) + self.last_wait


def restarts(agent: Agent) -> bool:
    """Does systemd ever start it again by itself? A scheduled agent is tried again at its next
    time, and earlier only where the spec says so."""
    if agent.schedule and "restart_policy" not in agent.model_fields_set:
        return False
    return agent.restart_policy != "never" and agent.max_restarts != 0


def _grows(agent: Agent) -> bool:
    return growing(*_figures(agent))


def growing(initial: int, longest: int, multiplier: float) -> bool:
    """Does the delay become longer?"""
    return multiplier > 1 and 0 < initial < longest


def series(agent: Agent, *, native: bool) -> Series:
    """The delays that this version of systemd will keep, up to the one that repeats."""
    return Series(_delays(*_figures(agent), native), agent.max_restarts, native)


@lru_cache(maxsize=256)
def _delays(initial: int, longest: int, multiplier: float, native: bool) -> tuple[int, ...]:
    if not growing(initial, longest, multiplier):
        return (initial,)
    # One more than the steps where the exact series has not quite reached its end by then.
    count = steps(initial, longest, multiplier) + 2
    found = delays(initial, longest, multiplier, count, native=native)
    return found[: found.index(longest) + 1]


def part(draft: Draft) -> Part:
    """`Restart=` and everything that counts or delays."""
    agent = draft.agent
    if not restarts(agent):
        return Part(directives("Service", ("Restart", text.word("no"))))
    return Part(
        (
            *_limit(agent.max_restarts, agent.restart_window),
            *directives("Service", ("Restart", text.word(_POLICIES[agent.restart_policy]))),
            *(_native(*_figures(agent)) if draft.native else _waiting(draft)),
            *_counting(draft),
            *_fresh(agent),
        ),
        notes=_notes(draft),
    )


_remembered = lru_cache(maxsize=256)
"""For lines that hundreds of agents share."""


@_remembered
def _limit(budget: int | None, window: int | None) -> tuple[Directive, ...]:
    """N restarts are N+1 starts. Without a window the count is never forgotten by time."""
    if budget is None:
        return directives("Unit", ("StartLimitIntervalSec", text.number(0)))
    return directives(
        "Unit",
        (
            "StartLimitIntervalSec",
            text.word("infinity") if window is None else text.span(window),
        ),
        ("StartLimitBurst", text.number(budget + 1)),
    )


def _figures(agent: Agent) -> tuple[int, int, float]:
    return agent.backoff.initial_delay, agent.backoff.max_delay, agent.backoff.multiplier


@_remembered
def _native(initial: int, longest: int, multiplier: float) -> tuple[Directive, ...]:
    first = directives("Service", ("RestartSec", text.span(initial)))
    if growing(initial, longest, multiplier):
        first += directives(
            "Service",
            ("RestartMaxDelaySec", text.span(longest)),
            ("RestartSteps", text.number(steps(initial, longest, multiplier))),
        )
    # Else every retry passes through "failed" and fires OnFailure=, and dependants are stopped.
    return first + directives("Service", ("RestartMode", text.word("direct")))


def _waiting(draft: Draft) -> tuple[Directive, ...]:
    agent = draft.agent
    if not needs_wait_helper(draft):
        return directives("Service", ("RestartSec", text.span(agent.backoff.initial_delay)))
    base = min(SHORTEST_MS, agent.backoff.initial_delay)
    waits = (f"{(delay - base) / 1000:.10g}" for delay in series(agent, native=False).delays)
    most = "-" if agent.max_restarts is None else str(agent.max_restarts)
    wait = draft.helper("backoff", "%n", most, *waits)
    return directives(
        "Service",
        ("RestartSec", text.span(base)),
        ("ExecStartPre", unit_commands.own_command(*wait, prefix="+")),
    )


def needs_wait_helper(draft: Draft) -> bool:
    """Before 254: for a growing delay, and for a budget, since 252 forgets its own count of
    starts at each daemon-reload."""
    agent = draft.agent
    return (
        not draft.native and restarts(agent) and (_grows(agent) or agent.max_restarts is not None)
    )


def longest_wait(draft: Draft) -> int:
    """Milliseconds that a start may spend in the helper: `TimeoutStartSec=` applies to each
    `ExecStartPre=` command by itself."""
    return series(draft.agent, native=False).delays[-1] if needs_wait_helper(draft) else 0


def counts(agent: Agent) -> bool:
    """Is there a count to start anew after stability? What is there to end is never stable."""
    if agent.start_type == "oneshot":
        return False
    return restarts(agent) and (_grows(agent) or agent.max_restarts is not None)


def counts_per_run(agent: Agent) -> bool:
    """Does the budget begin anew with each start that is no automatic restart? Otherwise every run
    of a oneshot would use it up."""
    budget = restarts(agent) and agent.max_restarts is not None
    return budget and agent.start_type == "oneshot"


FRESH = "pa-fresh@"
"""Template of the service that forgets earlier runs."""


def _fresh(agent: Agent) -> tuple[Directive, ...]:
    """A start pulls it in before the start limit is looked at, an automatic restart too: it asks
    which of them it is."""
    if not counts_per_run(agent):
        return ()
    unit = text.UnitText(f"{FRESH}%N.service")
    return directives("Unit", ("Wants", unit), ("After", unit))


def reset_seconds(agent: Agent) -> int:
    """`reset_after` in whole seconds, rounded up: part of a unit's name."""
    return -(-agent.backoff.reset_after // 1000)


def stability_timer(agent: Agent) -> str:
    """Template of the timer that forgets the count; one per distinct `reset_after`."""
    return f"pa-stable-{reset_seconds(agent)}@"


def _counting(draft: Draft) -> tuple[Directive, ...]:
    if not counts(draft.agent):
        return ()
    armed = _armed(stability_timer(draft.agent), user_scope=draft.user_scope)
    return armed if draft.agent.max_restarts is None else armed + _forgotten(draft.helper("forget"))


@_remembered
def _armed(timer: str, *, user_scope: bool) -> tuple[Directive, ...]:
    manager = ("--user",) if user_scope else ()
    arm = ("/usr/bin/systemctl", *manager, "--no-block", "restart", f"{timer}%N.timer")
    return directives("Service", ("ExecStartPost", unit_commands.own_command(*arm, prefix="-+")))


@_remembered
def _forgotten(helper: tuple[str, ...]) -> tuple[Directive, ...]:
    """A stop by hand: what is started by hand again has its whole budget."""
    forget = unit_commands.own_command(*helper, "%n", prefix="-+")
    return directives("Service", ("ExecStop", forget))


def _in_words(count: int) -> str:
    return "one step" if count == 1 else f"{count} equal steps"


def _notes(draft: Draft) -> tuple[Note, ...]:
    agent = draft.agent
    if not (draft.native and _grows(agent)):
        return ()
    backoff = agent.backoff
    count = steps(*_figures(agent))
    ratio = (backoff.max_delay / backoff.initial_delay) ** (1 / count)
    if abs(ratio / backoff.multiplier - 1) <= _RATIO_TOLERANCE:
        return ()
    told = note(
        agent.name,
        ("backoff", "multiplier"),
        "backoff-ratio",
        f"systemd reaches {backoff.max_delay / 1000:g}s in {_in_words(count)}: each delay "
        f"is {ratio:.2f} times the one before, not {backoff.multiplier:g}",
        "pa explain prints the series",
    )
    return (told,)
