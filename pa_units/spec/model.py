"""The agent: what one document of the spec says, with the canonical names."""

from typing import Annotated, Literal

from pydantic import Field

from pa_units.spec.fields import (
    Account,
    Amount,
    Command,
    Duration,
    ExitCodes,
    Few,
    Flag,
    MainCommand,
    Mode,
    Name,
    Nice,
    Objects,
    Path,
    Signal,
    Strings,
    Text,
    Units,
    Uris,
    one_of,
)
from pa_units.spec.health import (
    Alert,
    HealthCheck,
    Heartbeat,
    Limits,
    Notifications,
    Profile,
    Timing,
    timing,
)
from pa_units.spec.parts import (
    Backoff,
    Hooks,
    Logging,
    Metric,
    Part,
    Resources,
    Socket,
    Watch,
)
from pa_units.spec.shapes import (
    Dependencies,
    EnvFiles,
    Environment,
    Hardening,
    HardeningField,
    ScheduleField,
    Secrets,
    Sections,
)

Policy = Literal["always", "on-failure", "never"]
_POLICIES = one_of(
    "always",
    "on-failure",
    "never",
    aliases={"no": "never", "false": "never", "unless-stopped": "always"},
)
StartType = Literal["exec", "notify", "forking", "oneshot"]
_TYPES = ("exec", "notify", "forking", "oneshot")
_PROFILES = ("development", "testing", "production")


class Agent(Part):
    """One program to keep running."""

    name: Name = Field(description="names the agent and its unit")
    shell: Flag = Field(False, description="run cmd through sh -c")
    cmd: MainCommand = Field(description="the program and its arguments, text or list")
    description: Text | None = Field(None, description="one line for people")
    documentation: Uris = Field((), description="addresses of documentation")
    cwd: Path | None = Field(
        None, description="working directory; left out: a state directory of its own"
    )
    auto_start: Flag = Field(True, description="start at boot")
    type: Annotated[StartType, one_of(*_TYPES)] | None = Field(
        None, description="how its start is known: exec, notify, forking or oneshot"
    )
    pid_file: Path | None = Field(None, description="where a forking agent writes its pid")
    start_timeout: Duration = Field(90_000, description="a start that takes longer has failed")

    restart_policy: Annotated[Policy, _POLICIES] = Field(
        "on-failure", description="always, on-failure or never"
    )
    max_restarts: Amount | None = Field(
        None, description="restarts after the first start; left out: no end, 0: none"
    )
    restart_window: Duration | None = Field(
        None, description="max_restarts counts within this time; left out: over all time"
    )
    backoff: Backoff = Field(Backoff(), description="delays between restarts")
    success_exit_codes: ExitCodes = Field((), description="exit codes that count as success")
    no_restart_exit_codes: ExitCodes = Field((), description="exit codes that end it for good")

    stop_signal: Signal = Field("SIGTERM", description="asks the agent to end")
    stop_timeout: Duration = Field(30_000, description="killed when it takes longer to end")
    stop_command: Command | None = Field(None, description="run instead of sending stop_signal")
    reload_command: Command | None = Field(None, description="makes the agent read its files anew")
    reload_signal: Signal | None = Field(None, description="sent on reload")
    hooks: Hooks = Field(Hooks(), description="commands around start and stop")

    schedule: ScheduleField | None = Field(
        None, description="run at these times instead of all the time"
    )
    watch: Watch | None = Field(None, description="act when files change")
    sockets: tuple[Socket, ...] = Field((), description="sockets opened for the agent")
    replicas: Few = Field(1, description="how many run side by side")

    user: Account | None = Field(None, description="who runs it; left out: the owner of cwd")
    group: Account | None = Field(None, description="primary group; left out: the user's")
    umask: Mode | None = Field(None, description="permission bits that new files do not get")
    nice: Nice | None = Field(None, description="-20 (first) to 19 (last)")
    hardening: HardeningField = Field(Hardening(), description="sandbox of the agent")

    env: Environment = Field(
        default_factory=dict, description="environment variables, mapping or list"
    )
    env_file: EnvFiles = Field((), description="files of NAME=value lines")
    secrets: Secrets = Field(default_factory=dict, description="values kept out of unit files")

    depends_on: Dependencies = Field(
        default_factory=dict, description="agents that start before this one"
    )
    after: Units = Field((), description="units of others to start after")
    wants: Units = Field((), description="units of others to start as well")
    requires: Units = Field((), description="units of others without which this one stops")

    resources: Resources = Field(Resources(), description="limits that the kernel enforces")
    logging: Logging | None = Field(None, description="output to files; left out: the journal")

    health_check: HealthCheck | None = Field(None, description="ask the agent how it is")
    heartbeat: Heartbeat | None = Field(None, description="signs of life from the agent")
    limits: Limits | None = Field(None, description="figures that are watched")
    profile: Annotated[Profile, one_of(*_PROFILES)] = Field(
        "production", description="figures of checks that are left out"
    )
    notifications: Notifications | None = Field(None, description="who is told what")
    alerts: tuple[Alert, ...] = Field((), description="rules over what happens")
    metrics: tuple[Metric, ...] = Field((), description="figures that the agent reports")

    labels: Strings = Field(
        default_factory=dict, description="names and values to select agents by"
    )
    systemd: Sections = Field(
        default_factory=dict, description="directives as they stand: {Service: {Key: value}}"
    )
    launchd: Objects = Field(
        default_factory=dict, description="keys of the property list as they stand"
    )
    extensions: Objects = Field(
        default_factory=dict, alias="x-*", description="the x- keys, kept as they are"
    )

    @property
    def start_type(self) -> StartType:
        """The type: what is written, else oneshot with a schedule, else exec."""
        return self.type or ("oneshot" if self.schedule else "exec")

    @property
    def check_timing(self) -> Timing | None:
        """The figures of its health check, None without one that is enabled."""
        check = self.health_check
        return timing(check, self.profile) if check and check.enabled else None
