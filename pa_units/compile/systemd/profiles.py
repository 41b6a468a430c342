"""The hardening levels as data. Each was run with a Python web program, a Node program and a shell
worker on systemd 252, 257 and 262; what it takes from programs stands in `costs.py`."""

from collections.abc import Mapping
from types import MappingProxyType

Profile = Mapping[str, tuple[str, ...]]
"""Directive to its lines; several lines of one directive add up in systemd."""


def _profile(*pairs: tuple[str, str]) -> Profile:
    grouped: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        grouped[key] = (*grouped.get(key, ()), value)
    return MappingProxyType(grouped)


RELAXED = _profile(
    ("NoNewPrivileges", "yes"),
    ("ProtectSystem", "full"),
    ("PrivateTmp", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("SystemCallArchitectures", "native"),
    ("CapabilityBoundingSet", ""),
)

STRICT = _profile(
    ("NoNewPrivileges", "yes"),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("DevicePolicy", "closed"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectProc", "invisible"),
    # AF_NETLINK: else Python and Node cannot list interfaces, for no better score.
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged"),
    # Without it Node is killed by SIGSYS on 252 and 257 instead of getting an error.
    ("SystemCallErrorNumber", "EPERM"),
    ("CapabilityBoundingSet", ""),
    ("PrivateUsers", "yes"),
    ("PrivateIPC", "yes"),
    ("PrivateMounts", "yes"),
    ("KeyringMode", "private"),
    ("RemoveIPC", "yes"),
    ("UMask", "0027"),
)

TIGHT = _profile(
    *(
        (key, "AF_UNIX AF_INET AF_INET6" if key == "RestrictAddressFamilies" else line)
        for key, lines in STRICT.items()
        for line in lines
    ),
    ("MemoryDenyWriteExecute", "yes"),
    ("SystemCallFilter", "~@resources"),
    ("ProcSubset", "pid"),
)

LEVELS: Mapping[str, Profile] = MappingProxyType(
    {"off": _profile(), "relaxed": RELAXED, "strict": STRICT, "tight": TIGHT}
)

IMPOSSIBLE_FOR_USERS = frozenset(
    {"ProtectKernelLogs", "ProtectProc", "ProcSubset", "DevicePolicy", "RemoveIPC", "PrivateIPC"}
)
"""What a user manager cannot do: nothing happens, or the unit fails with 226, with
ProtectKernelLogs= on 257, with PrivateIPC= at its second command on 252 and 257 (a hook, a reload:
it cannot join the namespace that belongs to the user namespace of the first)."""
