"""systemd's words for what went wrong, in ours. *Pure.*"""

from collections.abc import Mapping

from pa_units.drive.base import JobResult
from pa_units.drive.errors import DENIALS

_SYSTEMD = "org.freedesktop.systemd1."

NO_SUCH_UNIT = f"{_SYSTEMD}NoSuchUnit"

ERRORS: Mapping[str, str] = {
    NO_SUCH_UNIT: "systemd does not know this unit",
    f"{_SYSTEMD}UnitMasked": "the unit is masked (undo it: systemctl unmask)",
    f"{_SYSTEMD}BadUnitSetting": "systemd refuses the unit file",
    f"{_SYSTEMD}LoadFailed": "systemd cannot load the unit file",
    f"{_SYSTEMD}JobTypeNotApplicable": "the unit has no such action",
    f"{_SYSTEMD}TransactionIsDestructive": "it conflicts with a job that is under way",
    f"{_SYSTEMD}TransactionJobsConflicting": "its dependencies conflict with each other",
    f"{_SYSTEMD}TransactionOrderIsCyclic": "its dependencies wait for each other in a circle",
    f"{_SYSTEMD}OnlyByDependency": "other units start it, nobody may by hand",
    f"{_SYSTEMD}ShuttingDown": "the system is shutting down",
    f"{_SYSTEMD}UnitBusy": "another job of this unit is under way",
    f"{_SYSTEMD}NoSuchProcess": "it has no such process",
}
"""Of a call that was refused."""

JOB_RESULTS: Mapping[str, str] = {
    "failed": "the unit failed",
    "canceled": "another request took its place",
    "timeout": "its job took longer than JobTimeoutSec= allows",
    "dependency": "a unit that it requires did not start",
    "skipped": "not applicable in its present state",
    "invalid": "not applicable in its present state",
    "assert": "an Assert...= line of its unit file does not hold",
    "unsupported": "this host does not support that kind of unit",
    "collected": "systemd unloaded the unit meanwhile",
    "once": "it may run only once per boot",
    "frozen": "the unit is paused",
}
"""Of a job that ended otherwise than `done` (JobRemoved, org.freedesktop.systemd1(5))."""

UNIT_RESULTS: Mapping[str, str] = {
    "exit-code": "its program ended with an error",
    "signal": "its program was killed by a signal",
    "core-dump": "its program crashed",
    "watchdog": "it was killed because it was not healthy",
    "start-limit-hit": "it was started too often; its restart budget is used up",
    "oom-kill": "it was killed because memory ran out",
    "timeout": "it did not get ready in time",
    "protocol": "it did not say that it is ready as its type demands",
    "resources": "systemd could not set up what it needs",
    "exec-condition": "its own start condition said no",
}
"""`Result` of a service that failed."""


def refused(unit: str, error: str, text: str) -> JobResult:
    """Return the result of a call that systemd answered with an error."""
    known = ERRORS.get(error)
    if error in DENIALS:
        message = "not permitted for this user"
    elif known:
        message = f"{known}: {text}" if text else known
    else:
        message = text or error
    return JobResult(unit, False, "refused", error, message, denied=error in DENIALS)


def finished(unit: str, result: str, unit_result: str = "") -> JobResult:
    """Return the result of a job that ended; `unit_result` is the service's own `Result`."""
    if result == "done":
        return JobResult(unit, True, result)
    message = JOB_RESULTS.get(result, f"its job ended as {result}")
    if result == "failed" and unit_result in UNIT_RESULTS:
        message = UNIT_RESULTS[unit_result]
    return JobResult(unit, False, result, message=message)


def pending(unit: str, seconds: float) -> JobResult:
    """Return the result of a job that did not end in time; it goes on."""
    return JobResult(unit, False, "pending", message=f"not finished after {seconds:g} s, goes on")


def unknown(unit: str, why: str) -> JobResult:
    """Return the result of a job whose end we cannot know."""
    return JobResult(unit, False, "unknown", message=f"outcome unknown: {why}")
