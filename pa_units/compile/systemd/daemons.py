"""Services of our own: the companion, and its mouth with the one privilege. Made by the same rules
as those of agents, shared by all that need them, gone with the last."""

from functools import cache

from pa_units.compile import unit_commands
from pa_units.compile import unit_text as text
from pa_units.compile.systemd import layout
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import daemons, watch_plan
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.facts import Account, Host
from pa_units.contracts.places import Places
from pa_units.kit.sources import source

_WATCHDOG = "watchdog"
_TELL = "pa-tell"
_PYTHON = ("/usr/bin/python3", "-IS")

_ROOMS = {
    "contracts": "__init__ codec health watch_plan",
    "kit": "__init__ errors figures files sd_notify",
    "measure": "__init__ cgroup process",
    "probes": "__init__ address answer ask exchange http tcp tls",
    "watchdog": "__init__ __main__ answers care case companion deadlines judge memory meters plans",
}
MODULES = (
    "__init__.py",
    "watchdog/runs.py",
    "watchdog/teller.py",
    *(f"{room}/{name}.py" for room, names in _ROOMS.items() for name in names.split()),
)
"""What the companion imports; a test compares it with what that loads."""


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """Their programs and units."""
    return _artifacts(host.places, host.helpers, host.account)


@cache
def _artifacts(places: Places, helpers: str, owner: Account) -> tuple[Artifact, ...]:
    programs = {
        f"{helpers}/{_TELL}": source("tell/__main__.py"),
        f"{helpers}/{_WATCHDOG}/__main__.py": source("watchdog/start.py"),
        **{f"{helpers}/{_WATCHDOG}/pa_units/{name}": source(name) for name in MODULES},
    }
    plans = dict.fromkeys((watch_plan.directory(places), watch_plan.SHIPPED))
    units = {
        daemons.WATCHDOG: layout.unit_text("service", _watchdog(places, helpers, tuple(plans))),
        daemons.TELL_SOCKET: layout.unit_text("socket", _socket(places)),
        daemons.TELL: layout.unit_text("service", _tell(helpers, tuple(plans))),
    }
    return (
        Artifact(Kind.DIRECTORY, helpers, "", 0o755, owner.name, owner.group),
        *(
            Artifact(Kind.HELPER, path, body, 0o644, owner.name, owner.group)
            for path, body in programs.items()
        ),
        *(Artifact(Kind.UNIT, f"{places.units}/{name}", body) for name, body in units.items()),
    )


_ALWAYS_BACK = (
    *directives("Unit", ("StartLimitIntervalSec", text.number(0))),
    *directives("Service", ("Restart", text.word("always")), ("RestartSec", text.word("100ms"))),
)
_WALLS = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "DevicePolicy": "closed",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallErrorNumber": "EPERM",
    "PrivateIPC": "yes",
    "PrivateMounts": "yes",
    "KeyringMode": "private",
}
"""Both see all processes: they compare the pid that they were told with the one that runs."""
_CALLS = ("@system-service", "~@privileged @resources")


def _walls(**own: str) -> tuple[Directive, ...]:
    pairs = {**_WALLS, **own}
    lines = directives("Service", *((key, text.raw(value)) for key, value in pairs.items()))
    filters = (("SystemCallFilter", text.raw(calls)) for calls in _CALLS)
    return (*lines, *directives("Service", *filters))


def _watchdog(places: Places, helpers: str, plans: tuple[str, ...]) -> tuple[Directive, ...]:
    arguments = (places.runtime, *plans)
    command = unit_commands.own_command(*_PYTHON, f"{helpers}/{_WATCHDOG}", *arguments)
    return (
        *directives(
            "Unit",
            ("Description", text.UnitText("Health of agents, told to systemd")),
            ("Wants", text.word(daemons.TELL_SOCKET)),
            ("After", text.word(daemons.TELL_SOCKET)),
        ),
        *directives(
            "Service",
            ("Type", text.word("notify")),
            ("DynamicUser", text.flag(True)),
            # Health survives a restart here, and leaves nothing on any disk.
            ("FileDescriptorStoreMax", text.number(1)),
            ("RuntimeDirectory", text.word(f"{_last(places.runtime)}/watchdog")),
            ("ExecStart", command),
            ("WatchdogSec", text.span(30_000)),
            # A loop that hangs hears no other.
            ("WatchdogSignal", text.word("SIGKILL")),
            # A descriptor for each agent, to hear of its end, and one for each check under way.
            ("LimitNOFILE", text.number(65536)),
        ),
        *_ALWAYS_BACK,
        *_walls(
            RestrictAddressFamilies="AF_UNIX AF_INET AF_INET6",
            CapabilityBoundingSet="",
            PrivateUsers="yes",
        ),
    )


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _socket(places: Places) -> tuple[Directive, ...]:
    about = text.UnitText("What the health of agents is told through")
    return (
        *directives("Unit", ("Description", about)),
        *directives(
            "Socket",
            ("ListenSequentialPacket", text.line(f"{places.runtime}/tell.sock")),
            # Whoever connects is looked at by pa-tell: a dynamic user has no number yet.
            ("SocketMode", text.word("0666")),
            ("RemoveOnStop", text.flag(True)),
            ("TriggerLimitIntervalSec", text.number(0)),
        ),
    )


def _tell(helpers: str, plans: tuple[str, ...]) -> tuple[Directive, ...]:
    command = unit_commands.own_command(*_PYTHON, f"{helpers}/{_TELL}", *plans)
    about = text.UnitText("Tells systemd what the companion sees of agents")
    return (
        *directives("Unit", ("Description", about), ("StartLimitIntervalSec", text.number(0))),
        *directives("Service", ("Type", text.word("exec")), ("ExecStart", command)),
        *_walls(
            RestrictAddressFamilies="AF_UNIX",
            PrivateNetwork="yes",
            CapabilityBoundingSet="CAP_SYS_ADMIN",
        ),
    )
