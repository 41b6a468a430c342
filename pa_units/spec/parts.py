"""Parts of an agent: how it lives, is limited, ordered and logged. Times are milliseconds, sizes
bytes; names are the canonical ones."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pa_units.spec import fields
from pa_units.spec.fields import (
    Commands,
    Duration,
    Factor,
    Few,
    Flag,
    Listen,
    Mode,
    Number,
    Path,
    Paths,
    Pause,
    Percent,
    Positive,
    Signal,
    Size,
    Source,
    Text,
    Texts,
    Weight,
    Zone,
    one_of,
)


class Part(BaseModel):
    """A mapping of the spec: no key but the known ones, nothing changes after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False)


class Backoff(Part):
    """How long to wait before a restart: initial_delay, then each time multiplier times more, up
    to max_delay."""

    initial_delay: Duration = Field(1000, description="delay before the first restart")
    max_delay: Duration = Field(60_000, description="no delay is longer")
    multiplier: Factor = Field(2.0, description="each delay is the one before times this")
    reset_after: Duration = Field(
        300_000, description="after so long without a restart the count starts anew"
    )


class Resources(Part):
    """What the kernel enforces. A line left out is no limit."""

    cpu_limit: Percent | None = Field(None, description="processor time: 50% is half of one core")
    memory_limit: Size | None = Field(None, description="above it the kernel kills the agent")
    memory_high: Size | None = Field(None, description="above it the kernel slows the agent down")
    disk_limit: Size | None = Field(None, description="what the agent may store")
    tasks: Positive | None = Field(None, description="processes and threads together")
    open_files: Positive | None = Field(None, description="open files of each process")
    io_weight: Weight | None = Field(None, description="share of the disk: 1 to 10000, 100 usual")


class EnvFile(Part):
    """A file of NAME=value lines."""

    path: Path = Field(description="where it stands")
    required: Flag = Field(True, description="false: a missing file is no error")


class Secret(Part):
    """A value that never stands in a unit file."""

    source: Source = Field(
        alias="from",
        description="env:NAME (the installer's environment or 'pa secret') or file:PATH",
    )
    target: Annotated[Literal["env", "file"], one_of("env", "file")] = Field(
        "env",
        alias="as",
        description="env: a variable; file: a file below $CREDENTIALS_DIRECTORY",
    )


class Hooks(Part):
    """Commands around the life of the agent, run as its user in its sandbox."""

    pre_start: Commands = Field((), description="before each start; a failure prevents it")
    post_start: Commands = Field((), description="after each start; a failure stops the agent")
    pre_stop: Commands = Field((), description="before a stop by hand; not after a crash")
    post_stop: Commands = Field((), description="after each end, also before a restart")


class Schedule(Part):
    """When to run an agent that ends by itself: exactly one of cron, calendar and every."""

    cron: Text | None = Field(None, description="five fields, as in crontab(5)")
    calendar: Text | None = Field(None, description="calendar event, as in systemd.time(7)")
    every: Duration | None = Field(None, description="time from one start to the next")
    timezone: Zone | None = Field(None, description="such as Europe/Berlin; else the machine's")
    catch_up: Flag = Field(True, description="run once after downtime that a run fell into")
    jitter: Pause = Field(0, description="spread the start over so long")


class Watch(Part):
    """Act when files change."""

    paths: Annotated[Paths, Field(min_length=1)] = Field(description="files or directories")
    action: Annotated[Literal["reload", "restart"], one_of("reload", "restart")] = Field(
        "restart", description="what to do: restart, or reload where the agent can"
    )


class Socket(Part):
    """A socket that the init system opens; the first connection starts the agent."""

    listen: Listen = Field(description="a port, host:port, or the path of a unix socket")
    type: Annotated[
        Literal["stream", "datagram", "sequential"], one_of("stream", "datagram", "sequential")
    ] = Field("stream", description="stream, datagram or sequential")
    mode: Mode | None = Field(None, description="permission bits of a unix socket")


Condition = Literal["started", "healthy", "completed_successfully"]
_CONDITIONS = ("started", "healthy", "completed_successfully")
_CONDITION_ALIASES = {
    f"{prefix}_{condition}": condition
    for prefix in ("service", "process")  # compose, process-compose
    for condition in _CONDITIONS
}


class Dependency(Part):
    """What must hold of another agent before this one starts."""

    condition: Annotated[Condition, one_of(*_CONDITIONS, aliases=_CONDITION_ALIASES)] = Field(
        "started", description="started, healthy or completed_successfully"
    )
    restart: Flag = Field(False, description="restart this agent when the other one restarts")


class Logging(Part):
    """Where the output goes. Without this block: the journal."""

    stdout: Path | None = Field(None, description="file that gets standard output")
    stderr: Path | None = Field(None, description="file that gets standard error")
    max_size: Size = Field(100 << 20, description="rotate a file above this size")
    max_files: Few = Field(5, description="rotated files to keep")
    compress: Flag = Field(True, description="compress rotated files")
    rotate_every: Annotated[
        Literal["hourly", "daily", "weekly", "monthly"] | None,
        one_of("hourly", "daily", "weekly", "monthly"),
    ] = Field(None, description="also rotate at this interval")
    max_age: Duration | None = Field(None, description="delete rotated files older than this")
    timestamps: Flag = Field(False, description="put the time in front of each line")
    files: Paths = Field(
        (), description="files that the agent opens itself and that are rotated too"
    )
    reopen_signal: Signal | None = Field(
        None, description="sent after a rotation to an agent that opens its files itself"
    )


class Metric(Part):
    """A figure that the agent reports."""

    name: fields.Metric = Field(description="as Prometheus names it")
    type: Annotated[
        Literal["counter", "gauge", "histogram"], one_of("counter", "gauge", "histogram")
    ] = Field("gauge", description="counter, gauge or histogram")
    help: Text | None = Field(None, description="one line for people")
    labels: Texts = Field((), description="label names")
    buckets: tuple[Number, ...] = Field((), description="upper bounds of a histogram")
