"""What looks at the sizes of log files between the daily runs of logrotate: once a minute, while an
agent runs that has some."""

from functools import cache

from pa_units.compile.systemd import companion, layout
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_commands import own_command
from pa_units.compile.unit_file import directives
from pa_units.compile.unit_text import flag, number, word
from pa_units.compile.unit_text import line as unit_line
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Kind


def artifacts(draft: Draft) -> tuple[Artifact, ...]:
    """The timer and its service, shared by all agents with log files."""
    places = draft.host.places
    state = (f"{places.state}/logrotate.status",) if draft.user_scope else ()
    return _units(draft.host.helpers, places.logrotate, places.units, state)


@cache
def _units(
    helpers: str, directory: str, where: str, state: tuple[str, ...]
) -> tuple[Artifact, ...]:
    rotate = own_command(f"{helpers}/rotate", directory, *state)
    timer = directives(
        "Unit",
        ("Description", unit_line("Sizes of the logs of agents")),
        ("StopWhenUnneeded", flag(True)),
    ) + directives("Timer", ("OnCalendar", word("minutely")), ("AccuracySec", word("10s")))
    service = directives(
        "Unit",
        ("Description", unit_line("Rotate the logs of agents that have grown")),
        # While the daily run is at work: its lock would be met.
        ("After", word("logrotate.service")),
        companion.NO_START_LIMIT,
    ) + directives(
        "Service",
        ("Type", word("oneshot")),
        ("Nice", number(19)),
        ("ExecStart", rotate),
        ("LogLevelMax", word("warning")),
    )
    files = ((units.ROTATE_TIMER, "timer", timer), (units.ROTATE_SERVICE, "service", service))
    return tuple(
        Artifact(Kind.UNIT, f"{where}/{name}", layout.unit_text(kind, lines))
        for name, kind, lines in files
    )
