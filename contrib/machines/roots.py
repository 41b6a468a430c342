"""Debian root trees, one per systemd version that the tests know, built once and cached."""

import hashlib
import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from machines.apart import run_apart
from machines.cache import bench_dir, build_once
from machines.errors import BenchError
from machines.host import debian_mirror, prepare_host


class Suite(NamedTuple):
    """A Debian release and the systemd in it."""

    name: str
    systemd: int


SUITES = {
    suite.name: suite for suite in (Suite("bookworm", 252), Suite("trixie", 257), Suite("sid", 262))
}
DEFAULT_SUITES = ("bookworm", "trixie")

PACKAGES = [
    *("systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "passwd", "login"),
    *("procps", "iproute2", "python3", "python3-venv", "python-is-python3", "nodejs", "git"),
    *("curl", "ca-certificates", "logrotate"),
]

# Run by mmdebstrap with the root tree as $1.
CUSTOMIZE = (
    'chroot "$1" useradd --create-home --shell /bin/bash --uid 1000 bob',
    'chroot "$1" useradd --create-home --shell /bin/bash --uid 1001 kbot',
    'chroot "$1" install -d -o kbot -g kbot /home/kbot/trading',
    # The machine id is left to the first boot; mmdebstrap copies the other two from the host.
    ': >"$1/etc/machine-id"; echo bench >"$1/etc/hostname"; rm -f "$1/etc/resolv.conf"',
)


def root_tree(suite: str) -> Path:
    """The cached root tree of `suite`, built now if need be (25 to 50 s). Never write into it.

    Raises BenchError for an unknown suite, without root, or when mmdebstrap fails.
    """
    if suite not in SUITES:
        raise BenchError(f"cannot build {suite}: the suites are {', '.join(SUITES)}")
    return build_once(bench_dir() / "roots" / f"{suite}-{_recipe_hash()}", partial(_build, suite))


def python_version(root: Path) -> str:
    """Version of the root's /usr/bin/python3, for example "3.11"."""
    return (root / "usr/bin/python3").readlink().name.removeprefix("python")


def _recipe_hash() -> str:
    return hashlib.sha256(repr((PACKAGES, CUSTOMIZE)).encode()).hexdigest()[:12]


def _build(suite: str, draft: Path) -> None:
    prepare_host()
    print(f"bench: building the root tree of {suite}, about a minute", flush=True)
    log = draft.with_name(f"{suite}.log")
    run_apart(f"build {suite}", _mmdebstrap(suite, draft), log, os.environ)


def _mmdebstrap(suite: str, target: Path) -> list[str]:
    mirror = debian_mirror()
    return [
        *("mmdebstrap", "--mode=root", "--variant=apt", f"--include={','.join(PACKAGES)}"),
        # a mirror that is a snapshot has an old Release file
        "--aptopt=Acquire::Check-Valid-Until false",
        *(f"--customize-hook={hook}" for hook in CUSTOMIZE),
        *(suite, str(target)),
        *((mirror,) if mirror else ()),
    ]
