"""The timer and its service that forget an agent's restart count once it has been stable."""

from functools import cache

from pa_units.compile import unit_text as text
from pa_units.compile.systemd import layout, restart
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import directives
from pa_units.contracts.bundle import Artifact, Kind

_NO_START_LIMIT = ("StartLimitIntervalSec", text.number(0))
"""Else quick restarts of the agent make the timer itself fail."""


def artifacts(draft: Draft) -> tuple[Artifact, ...]:
    """A pair of template units per distinct `reset_after`, shared by the agents that use it."""
    if not restart.counts(draft.agent):
        return ()
    template = restart.stability_timer(draft.agent)
    seconds = restart.reset_seconds(draft.agent)
    forget = draft.helper("stable", "%i.service", str(seconds))
    units = draft.host.places.units
    return (
        Artifact(
            Kind.UNIT,
            f"{units}/{template}.service",
            _service(forget, seconds, user_scope=draft.user_scope),
        ),
        Artifact(Kind.UNIT, f"{units}/{template}.timer", _timer(seconds)),
    )


@cache
def _service(forget: tuple[str, ...], seconds: int, *, user_scope: bool) -> str:
    # Else a slice of its own is made for each template and stays after an uninstall.
    slice_ = () if user_scope else (("Slice", text.word("system.slice")),)
    about = f"Forget the restarts of %i after {seconds}s of stability"
    return layout.unit_text(
        "service",
        directives("Unit", ("Description", text.UnitText(about)), _NO_START_LIMIT)
        + directives(
            "Service",
            ("Type", text.word("oneshot")),
            *slice_,
            ("ExecStart", text.own_command(*forget)),
            ("LogLevelMax", text.word("warning")),
        ),
    )


@cache
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
