"""What the bench needs from the host: root, a few programs, an archive of Debian packages."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from machines.errors import BenchError

# program or file that must be there -> the Debian package that brings it
NEEDS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "nsenter": "util-linux",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}

# what tests without a machine make use of where it is there: shells, a judge of man pages
WANTS = {"zsh": "zsh", "fish": "fish", "mandoc": "mandoc"}


def missing() -> str | None:
    """Why this host cannot run machines even after `prepare_host`, or None if it can."""
    if not Path("/sys/fs/cgroup").is_dir():
        return "container machines need Linux with control groups"
    if os.geteuid() != 0:
        return "container machines need root"
    if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return "container machines need root that may mount (CAP_SYS_ADMIN)"
    packages = _missing_packages(NEEDS)
    if packages and not shutil.which("apt-get"):
        return f"container machines need {' '.join(packages)}, and there is no apt-get here"
    return None


def prepare_host() -> None:
    """Install the packages the bench needs and does not find. Raises BenchError."""
    reason = missing()
    if reason:
        raise BenchError(reason)
    packages = _missing_packages({**NEEDS, **(WANTS if shutil.which("apt-get") else {})})
    if packages:
        print(f"bench: apt-get install {' '.join(packages)}", flush=True)
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", *packages)


def debian_mirror() -> str | None:
    """The Debian archive that the host's own apt uses; None where there is none."""
    if not shutil.which("apt-get"):
        return None
    shown = "$(ORIGIN) $(CODENAME) $(REPO_URI)"
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", shown, "Created-By: Packages"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    for line in listing.stdout.splitlines():
        origin, _, rest = line.partition(" ")
        codename, _, uri = rest.partition(" ")
        # bookworm-updates and bookworm-security are no complete archives
        if origin == "Debian" and "-" not in codename:
            return uri
    return None


def _missing_packages(wanted: Mapping[str, str]) -> list[str]:
    return [package for need, package in wanted.items() if not _is_there(need)]


def _is_there(need: str) -> bool:
    return Path(need).exists() if need.startswith("/") else shutil.which(need) is not None


def _apt_get(*arguments: str) -> None:
    done = subprocess.run(
        ["apt-get", "--quiet", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchError(f"cannot run apt-get {' '.join(arguments)}:\n{done.stdout[-2000:]}")
