"""An agent that runs at its times: a timer starts it, and it ends by itself."""

from collections.abc import Iterator

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error, warning
from pa_units.compile.systemd import calendar, companion
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Note
from pa_units.spec import cron
from pa_units.spec.parts import Schedule

_ACCURACY_MS = 1000
"""systemd's own default is a minute, and cron jobs are expected at theirs."""


def part(draft: Draft) -> Part:
    """The timer; the service needs no line for it."""
    if refused := tuple(_refused(draft)):
        return Part(notes=refused)
    return Part((), (_timer(draft),), _never(draft))


def times(schedule: Schedule) -> tuple[str, ...]:
    """The calendar events of a schedule, none for `every`."""
    if schedule.cron:
        found = calendar.expressions(cron.parse(schedule.cron))
    else:
        found = (schedule.calendar,) if schedule.calendar else ()
    zone = f" {schedule.timezone}" if schedule.timezone else ""
    return tuple(f"{event}{zone}" for event in found)


def _timer(draft: Draft) -> Artifact:
    schedule = _of(draft)
    unit = units.timer(draft.name)
    lines = (
        *companion.about(f"Runs {draft.name} at its times"),
        *(_calendar(schedule) or _interval(schedule)),
        *_jitter(schedule),
        *companion.install(draft, unit),
    )
    return companion.artifact(draft, unit, lines)


def _of(draft: Draft) -> Schedule:
    assert draft.agent.schedule is not None
    return draft.agent.schedule


def _calendar(schedule: Schedule) -> tuple[Directive, ...]:
    events = tuple(("OnCalendar", text.line(event)) for event in times(schedule))
    if not events:
        return ()
    missed = (("Persistent", text.flag(True)),) if schedule.catch_up else ()
    return directives("Timer", *events, ("AccuracySec", text.span(_ACCURACY_MS)), *missed)


def _interval(schedule: Schedule) -> tuple[Directive, ...]:
    """Measured from start to start. Nobody remembers the last run over a boot, so one that could
    have been missed is made up for at once."""
    every = schedule.every or 0
    first = 0 if schedule.catch_up else every
    return directives(
        "Timer",
        ("OnActiveSec", text.span(first)),
        ("OnUnitActiveSec", text.span(every)),
        ("AccuracySec", text.span(max(1, min(_ACCURACY_MS, every // 10)))),
    )


def _jitter(schedule: Schedule) -> tuple[Directive, ...]:
    if not schedule.jitter:
        return ()
    return directives("Timer", ("RandomizedDelaySec", text.span(schedule.jitter)))


def _refused(draft: Draft) -> Iterator[Note]:
    agent = draft.agent
    reasons = (
        (
            "replicas",
            agent.replicas > 1,
            "a scheduled agent runs once at each of its times",
            "leave 'replicas' out, or schedule several agents",
        ),
        (
            "sockets",
            bool(agent.sockets),
            "a scheduled agent is started by its times, not by connections",
            "leave one of them out",
        ),
        (
            "watch",
            agent.watch is not None,
            "a scheduled agent reads its files anew at each run",
            "leave 'watch' out",
        ),
        (
            "type",
            agent.start_type != "oneshot",
            f"a scheduled agent ends by itself, one of type {agent.start_type} runs on",
            "leave 'type' out: it is oneshot",
        ),
    )
    yield from (
        error(agent.name, (field,), "not-with-schedule", words, hint)
        for field, is_so, words, hint in reasons
        if is_so
    )
    if problem := draft.place.schedule:
        yield error(agent.name, ("schedule",), "bad-schedule", problem)


def _never(draft: Draft) -> tuple[Note, ...]:
    if not draft.place.never_due:
        return ()
    words = "its times never come: no such date lies ahead"
    return (warning(draft.name, ("schedule",), "never-due", words),)
