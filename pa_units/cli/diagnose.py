"""`diagnose`."""

from collections.abc import Sequence

import click

from pa_units.cli import options, out
from pa_units.cli.options import Agents
from pa_units.cli.wrap import wrapped
from pa_units.diagnose.finding import Finding, Likelihood
from pa_units.kit.figures import plural
from pa_units.verbs import diagnose as verb
from pa_units.verbs.diagnose import Diagnosis
from pa_units.verbs.here import Here

SCHEMA = "pa.diagnosis/1"
FOUND = 1
"""Exit code when something is wrong."""

_STYLES = {Likelihood.CERTAIN: "red", Likelihood.LIKELY: "yellow", Likelihood.POSSIBLE: "cyan"}
_INDENT = "    "


@click.command()
@options.agents
@options.json
def diagnose(at: Here, agents: Agents, as_json: bool) -> int:
    """Say why agents do not run, or do not run well: the likeliest cause first, what says so, and
    what to do.

    Nothing is changed. Exit code: 0 nothing found, 1 something is.
    """
    found = verb.diagnose(at, agents)
    if as_json:
        out.json([_item(one) for one in found])
    else:
        show(found)
    return FOUND if any(one.findings for one in found) else 0


def _item(one: Diagnosis) -> dict[str, object]:
    status = one.seen.status
    return {
        "schema": SCHEMA,
        "name": one.seen.agent.name,
        "state": status.state if status else "unknown",
        "reason": status.reason if status else one.seen.silent,
        "findings": [finding._asdict() for finding in one.findings],
        "unknown": list(one.seen.unknown),
    }


def show(found: Sequence[Diagnosis]) -> None:
    """Print agents with findings in full; of many, the others as a number."""
    well = [one for one in found if not one.findings]
    for one in found:
        if one.findings or len(found) == 1:
            _show(one)
    if well and len(found) > 1:
        out.line(f"{plural(len(well), 'agent')} without a finding")


def _show(one: Diagnosis) -> None:
    status = one.seen.status
    state = status.state.value if status else "state unknown"
    why = f" ({status.reason})" if status and status.reason else ""
    out.line(f"{out.paint(one.seen.agent.name, 'bold')}: {state}{why}")
    if not one.findings:
        out.line("  nothing is wrong that pa knows to look for")
    for number, finding in enumerate(one.findings, 1):
        _show_finding(number, finding)
    for words in one.seen.unknown:
        out.line(out.paint(f"  not looked at: {words}", "dim"))


def _show_finding(number: int, finding: Finding) -> None:
    sure = out.paint(f"{finding.likelihood}:", _STYLES[finding.likelihood])
    wrapped(f"{number:>3} {sure} ", f"{finding.cause}", len(finding.likelihood) + 6)
    for line in finding.evidence:
        wrapped(_INDENT, out.shown(line, colour=False), len(_INDENT), "dim")
    wrapped(f"{_INDENT}{out.paint('next:', 'cyan')} ", finding.next, len(_INDENT) + 6)
