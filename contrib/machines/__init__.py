"""Test bench: container machines with a real systemd as PID 1, booted in about a second.

See docs/test-bench.md. Needs root and nothing outside the standard library.
"""

from machines.errors import BenchError
from machines.host import missing
from machines.machine import Machine
from machines.prepare import build, make
from machines.seccomp import stuck

__all__ = ["BenchError", "Machine", "build", "make", "missing", "stuck"]
