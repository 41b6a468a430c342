"""It ends by itself, with success, and its policy lets it."""

from collections.abc import Iterator

from pa_units.contracts.status import State
from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely


def find(seen: Evidence) -> Iterator[Finding]:
    """on-failure and never do not restart after exit code 0."""
    last = seen.runs[-1] if seen.runs else None
    if seen.state is not State.STOPPED or seen.agent.ends or not last or last.asked:
        return
    if last.result != "success" or not last.ended_us:
        return
    policy = seen.setting("Restart") or "no"
    yield likely(
        "it ended by itself with exit code 0, and is not started again after that",
        f"Restart={policy}; it ran for {_seconds(last.ended_us - last.started_us)}",
        next="does it go into the background? run it in the foreground (type: forking, if it "
        "cannot); else restart_policy: always, or a schedule:",
    )


def _seconds(microseconds: int) -> str:
    return f"{microseconds / 1e6:.1f}s"
