"""What the walls of the hardening levels break, and the switch that opens one: the table of
docs/hardening.md."""

from typing import NamedTuple


class Cost(NamedTuple):
    """What a directive of a level takes from programs."""

    level: str
    """the first that has it"""
    directive: str
    breaks: str
    instead: str
    """what to write under `hardening:`, or beside it"""
    works: tuple[str, ...] = ()
    """works of the test programs (tests/machines/programs/) that fail because of it"""


_LOW_PORT = (
    "better `sockets:`; else `{CapabilityBoundingSet: CAP_NET_BIND_SERVICE, PrivateUsers: no}` "
    "beside `systemd: {Service: {AmbientCapabilities: CAP_NET_BIND_SERVICE}}`"
)

COSTS: tuple[Cost, ...] = (
    Cost(
        "tight",
        "MemoryDenyWriteExecute=",
        "whatever compiles while it runs: Node dies at its start (SIGTRAP)",
        "`{level: tight, MemoryDenyWriteExecute: no}`",
        ("web.js",),
    ),
    Cost(
        "tight",
        "SystemCallFilter=~@resources",
        "nice(2), processor affinity, scheduling: EPERM",
        '`{level: tight, SystemCallFilter: ["@system-service", "~@privileged"]}`',
        ("web.py priority", "worker.sh priority"),
    ),
    Cost(
        "tight",
        "RestrictAddressFamilies= without AF_NETLINK",
        "the list of network interfaces, in Python (`socket.if_nameindex`), Node, `ip`",
        '`{level: tight, RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK"}`',
        ("web.py interfaces",),
    ),
    Cost(
        "tight",
        "ProcSubset=pid",
        "/proc/meminfo, /proc/sys, /proc/cpuinfo: psutil's figures of the machine, "
        "the number of processors in Node. Nothing in the user scope",
        "`{level: tight, ProcSubset: all}`",
        ("web.py machine",),
    ),
    Cost(
        "strict",
        "ProtectSystem=strict",
        "writing anywhere but in `cwd`, /tmp and /dev/shm",
        "`{ReadWritePaths: /data}`",
    ),
    Cost(
        "strict",
        "ProtectHome=yes, tmpfs where the agent lives in a home",
        "all homes, /root and /run/user are gone but for `cwd` and the tree of the program: "
        "no ~/.cache, ~/.ssh, ~/.gitconfig. In the user scope the bus of the session too",
        "`{BindPaths: /home/bob/.cache, BindReadOnlyPaths: /home/bob/.gitconfig}`",
    ),
    Cost(
        "strict",
        "SystemCallFilter=~@privileged",
        "chown, setuid, capset, and so `ip addr`, `setpriv`, `su`, `install -o`: EPERM",
        '`{SystemCallFilter: "@system-service"}`',
    ),
    Cost(
        "strict",
        "PrivateUsers=yes",
        "files of other users belong to `nobody`; no capability counts outside",
        "`{PrivateUsers: no}`",
    ),
    Cost(
        "strict",
        "ProtectProc=invisible",
        "processes of other users, /proc/1 included: supervisors, `psutil.process_iter`",
        "`{ProtectProc: default}`",
    ),
    Cost(
        "strict",
        "RestrictNamespaces=yes",
        "sandboxes inside: bubblewrap, the one of Chrome, containers without root",
        '`{RestrictNamespaces: user mnt pid net, SystemCallFilter: "@system-service @mount"}`',
    ),
    Cost(
        "strict",
        "PrivateDevices=yes",
        "graphics processors, serial ports, /dev/kvm",
        '`{PrivateDevices: no, DeviceAllow: "/dev/dri rw"}`',
    ),
    Cost("strict", "UMask=0027", "new files cannot be read by others", "`umask: '0022'`"),
    Cost("relaxed", "CapabilityBoundingSet=", "ports below 1024", _LOW_PORT),
    Cost("relaxed", "PrivateTmp=yes", "sockets of others in /tmp", "`{PrivateTmp: no}`"),
    Cost("relaxed", "NoNewPrivileges=yes", "`sudo`, `su` and all that is setuid", "`off`"),
)
"""Ran on 252 and 257, the ways out too, but for those that need hardware."""
