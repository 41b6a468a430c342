"""A bus of our own, with an object on it that answers as systemd does."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_systemd import FakeSystemd


class PrivateBus:
    """A dbus-daemon that only this test knows."""

    def __init__(self, directory: Path) -> None:
        self.address = f"unix:path={directory}/private-bus"
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": self.address}
        self._daemon = subprocess.Popen(
            [
                "dbus-daemon",
                "--session",
                "--nofork",
                f"--address={self.address}",
                "--print-address",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdout
        self._daemon.stdout.readline()
        self._daemon.stdout.close()

    def kill(self) -> None:
        """Take the bus away at once."""
        self._daemon.kill()
        self._daemon.wait()


@pytest.fixture
def private_bus(tmp_path: Path) -> Iterator[PrivateBus]:
    if not shutil.which("dbus-daemon"):
        pytest.skip("dbus-daemon is not installed")
    bus = PrivateBus(tmp_path)
    yield bus
    bus.kill()


@pytest.fixture
def fake_systemd(private_bus: PrivateBus) -> Iterator[FakeSystemd]:
    """A service manager on the private bus; tests tell it how to misbehave."""
    fake = FakeSystemd(private_bus.address)
    yield fake
    fake.close()
