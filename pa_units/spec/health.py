"""How an agent is judged: probes, heartbeats, limits that are watched, and what people hear."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from pa_units.spec.fields import (
    Amount,
    Command,
    Duration,
    Endpoint,
    Few,
    Flag,
    Path,
    Pause,
    Percent,
    Rate,
    Share,
    Size,
    Text,
    Texts,
    Url,
    one_of,
)
from pa_units.spec.parts import Part


class HealthCheck(Part):
    """Ask the agent whether it is well: by exactly one of command, http and tcp."""

    enabled: Flag = Field(True, description="false: do not check")
    command: Command | None = Field(None, description="healthy when it exits with 0")
    http: Url | None = Field(None, description="healthy when this address answers 2xx or 3xx")
    tcp: Endpoint | None = Field(None, description="healthy when host:port accepts a connection")
    interval: Duration | None = Field(None, description="time between checks; see profile")
    timeout: Duration | None = Field(None, description="a slower answer is none; see profile")
    retries: Few | None = Field(None, description="failures in a row until unhealthy; see profile")
    success_threshold: Few = Field(1, description="successes in a row until healthy again")
    start_period: Pause = Field(0, description="failures do not count for so long after a start")
    start_interval: Duration | None = Field(
        None, description="time between checks in the start period; else interval"
    )
    retry: Amount = Field(
        0, description="further tries, 1s apart, before one check counts as failed"
    )
    on_failure: Annotated[Literal["restart", "stop", "none"], one_of("restart", "stop", "none")] = (
        Field("restart", description="what happens to an unhealthy agent: restart, stop or none")
    )
    gate: Flag = Field(False, description="the agent counts as started only once it is healthy")


Profile = Literal["development", "testing", "production"]


class Timing(NamedTuple):
    """The figures of a check that a profile fills in. Times are milliseconds."""

    interval: int
    timeout: int
    retries: int


PROFILES: dict[Profile, Timing] = {
    "development": Timing(2_000, 5_000, 2),
    "testing": Timing(5_000, 5_000, 2),
    "production": Timing(10_000, 10_000, 3),
}


def timing(check: HealthCheck, profile: Profile) -> Timing:
    """Return the figures of `check`, those that it leaves out from `profile`."""
    usual = PROFILES[profile]
    return Timing(
        check.interval or usual.interval,
        check.timeout or usual.timeout,
        check.retries or usual.retries,
    )


class Heartbeat(Part):
    """Signs of life that the agent sends by itself."""

    timeout: Duration | None = Field(
        None, description="restart after so long a silence; left out: only shown"
    )
    via: Annotated[Literal["notify", "socket", "http"], one_of("notify", "socket", "http")] = Field(
        "notify", description="notify (sd_notify WATCHDOG=1), socket or http (sent to pa)"
    )
    socket: Path | None = Field(None, description="unix socket to listen on besides our own")


class Limits(Part):
    """Figures that are watched, not enforced: above one of them for so long, act."""

    cpu_above: Percent | None = Field(None, description="processor time, 100% is one core")
    memory_above: Size | None = Field(None, description="memory in use")
    disk_above: Size | None = Field(None, description="stored by the agent")
    log_above: Size | None = Field(None, description="size of its log files")
    io_above: Rate | None = Field(None, description="read and written per second")
    pressure_above: Share | None = Field(None, description="time lost waiting for memory (PSI)")
    interval: Duration = Field(10_000, description="time between measurements")
    for_: Pause = Field(60_000, alias="for", description="how long before it counts")
    then: Annotated[Literal["restart", "stop", "notify"], one_of("restart", "stop", "notify")] = (
        Field("restart", description="restart, stop or notify")
    )


class Notifications(Part):
    """Which events are told to which channels."""

    on_restart: Flag = Field(False, description="tell each restart")
    on_failure: Flag = Field(True, description="tell when the agent is given up or unhealthy")
    channels: Texts = Field((), description="channels of 'pa channel'")


class Alert(Part):
    """A rule over what happens to the agent."""

    when: Text = Field(description="condition such as restart_count > 3 in 1h")
    for_: Pause = Field(0, alias="for", description="how long it must hold")
    then: Texts = Field(("notify",), description="notify, restart, stop, or the name of a channel")
    cooldown: Pause = Field(300_000, description="silence after the rule fired")
    severity: Annotated[
        Literal["info", "warning", "critical"], one_of("info", "warning", "critical")
    ] = Field("warning", description="info, warning or critical")
