"""Machines by hand: python3 -m machines --help (with contrib/ in PYTHONPATH)."""

import argparse
import sys

from machines import cgroups, enter
from machines.cache import bench_dir, remove_tree
from machines.disk import names
from machines.errors import BenchError
from machines.machine import Machine
from machines.prepare import build, make
from machines.roots import DEFAULT_SUITES, SUITES


def main() -> int:
    """Run one command; the exit status is that of the command run in the machine, or 1."""
    options = _parser().parse_args()
    try:
        return int(options.run(options))
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="machines", description="container machines for tests")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    verb = verbs.add_parser("build", help="build and cache root trees (a minute each)")
    verb.add_argument("suites", nargs="*", default=DEFAULT_SUITES, metavar="SUITE")
    verb.set_defaults(run=_build)

    verb = verbs.add_parser("boot", help="boot a machine that stays until `clean`")
    verb.add_argument("suite", choices=SUITES)
    verb.add_argument("--name", help="default: the suite")
    verb.add_argument("--without-pa", action="store_true", help="do not install this checkout")
    verb.set_defaults(run=_boot)

    verb = verbs.add_parser("list", help="list machines")
    verb.set_defaults(run=_list)

    verb = verbs.add_parser("run", help="run a command in a machine; without one, a shell")
    verb.add_argument("--user", help="run as this user, whose service manager is started")
    verb.add_argument("name")
    verb.add_argument("argv", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    verb.set_defaults(run=_run)

    verb = verbs.add_parser("clean", help="halt and remove machines that `boot` made")
    verb.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verb.add_argument("--cache", action="store_true", help="remove all cached trees too")
    verb.set_defaults(run=_clean)
    return parser


def _build(options: argparse.Namespace) -> int:
    build(options.suites)
    return 0


def _boot(options: argparse.Namespace) -> int:
    machine = make(
        options.suite, with_pa=not options.without_pa, name=options.name or options.suite
    )
    machine.boot()
    machine.disk.keep()
    print(machine.name)
    return 0


def _list(options: argparse.Namespace) -> int:
    for name in names():
        running = cgroups.is_populated(Machine.attach(name).group)
        print(f"{name}\t{'running' if running else 'halted'}")
    return 0


def _run(options: argparse.Namespace) -> int:
    machine = Machine.attach(options.name)
    env = machine.user_env(options.user) if options.user else {}
    argv = options.argv or ["bash", "-l"]
    return enter.interactive(
        enter.Command(machine.pid, machine.group / "payload", argv, options.user, env)
    )


def _clean(options: argparse.Namespace) -> int:
    kept = [name for name in names() if (Machine.attach(name).disk.home / "kept").exists()]
    for name in options.names or kept:
        Machine.attach(name).remove()
    if options.cache:
        if names():
            raise BenchError(f"cannot remove the cache: {', '.join(names())} still use it")
        remove_tree(bench_dir())
    return 0


if __name__ == "__main__":
    sys.exit(main())
