"""What forgets an agent's restart count: once it has been stable, or at each run of a oneshot."""

from functools import cache

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.systemd import layout, restart
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import directives
from pa_units.contracts.bundle import Artifact, Kind

_NO_START_LIMIT = ("StartLimitIntervalSec", text.number(0))
"""Else quick restarts of the agent make the timer itself fail."""


def artifacts(draft: Draft) -> tuple[Artifact, ...]:
    """Template units that agents share: a pair per distinct `reset_after`, one for oneshots."""
    units = draft.host.places.units
    if restart.counts_per_run(draft.agent):
        return _fresh(units, draft.helper("fresh", "%i.service"), user_scope=draft.user_scope)
    if not restart.counts(draft.agent):
        return ()
    seconds = restart.reset_seconds(draft.agent)
    forget = draft.helper("stable", "%i.service", str(seconds))
    template = f"{units}/{restart.stability_timer(draft.agent)}"
    return _stable(template, seconds, forget, user_scope=draft.user_scope)


@cache
def _fresh(units: str, forget: tuple[str, ...], *, user_scope: bool) -> tuple[Artifact, ...]:
    about = "Forget the restarts of earlier runs of %i"
    text = _service(forget, about, user_scope=user_scope)
    return (Artifact(Kind.UNIT, f"{units}/{restart.FRESH}.service", text),)


@cache
def _stable(
    template: str, seconds: int, forget: tuple[str, ...], *, user_scope: bool
) -> tuple[Artifact, ...]:
    about = f"Forget the restarts of %i after {seconds}s of stability"
    return (
        Artifact(Kind.UNIT, f"{template}.service", _service(forget, about, user_scope=user_scope)),
        Artifact(Kind.UNIT, f"{template}.timer", _timer(seconds)),
    )


def _service(forget: tuple[str, ...], about: str, *, user_scope: bool) -> str:
    # Else a slice of its own is made for each template and stays after an uninstall.
    slice_ = () if user_scope else (("Slice", text.word("system.slice")),)
    return layout.unit_text(
        "service",
        directives("Unit", ("Description", text.UnitText(about)), _NO_START_LIMIT)
        + directives(
            "Service",
            ("Type", text.word("oneshot")),
            *slice_,
            ("ExecStart", unit_commands.own_command(*forget)),
            ("LogLevelMax", text.word("warning")),
        ),
    )


def _timer(seconds: int) -> str:
    return layout.unit_text(
        "timer",
        directives(
            "Unit",
            ("Description", text.UnitText(f"{seconds}s after the last start of %i")),
            # Gone with the agent; a crash under RestartMode=direct does not stop it, so the
            # service compares the times.
            ("BindsTo", text.UnitText("%i.service")),
            _NO_START_LIMIT,
        )
        + directives(
            "Timer",
            ("OnActiveSec", text.span(seconds * 1000)),
            ("AccuracySec", text.word("1s")),
            ("RemainAfterElapse", text.flag(False)),
        ),
    )
