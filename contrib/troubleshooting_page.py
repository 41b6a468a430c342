"""docs/troubleshooting.md, in part from the table of checks."""

from collections.abc import Callable, Iterable

from pa_units.diagnose.finding import Likelihood
from pa_units.diagnose.table import CHECKS

HEAD = """\
# Troubleshooting

```
pa diagnose NAME        # why it does not run, the likeliest cause first, and what to do
pa diagnose --all       # of every agent; agents without a finding are only counted
```

It changes nothing and needs nothing but the agent's name: what systemd says of the unit, its last
runs and last words, its files, program, user, ports and memory. What does not answer (the bus, the
journal) is named, and the rest is judged all the same. Exit code 0: nothing found, 1: something
is. `--json` prints a list of `pa.diagnosis/1`, its findings in the same order.

Each finding has a likelihood: `certain` (the init system, the kernel or the file system says so),
`likely` (what the agent printed says so), `possible` (look there). An agent that runs well has no
finding; of what it prints only the last minute counts then.

`pa doctor` goes through the host instead: version, scope, bus, lingering, user namespaces, enforced
limits, logrotate, journal, room, clock, and the fields of a spec that have no effect there. Exit
code 1: there is a problem; warnings alone are 0.

## Further

```
pa test NAME --dry-run  # everything short of a start: spec, unit, program, user, score
pa test NAME            # one run beside the unit, in the same sandbox, with a report
pa test NAME --bisect   # which wall of the sandbox it needs open, as a line of the spec
pa events -f            # starts, exits and why, restarts, giving up, as they happen
pa debug NAME           # a zip file for somebody who helps; secrets are taken out
```

A trial restarts, counts and keeps nothing; the agent has to be stopped, since two of it would share
files and ports. It has worked when it ends with success or lasts for `--for 5s`: a program that
goes on after an error of the sandbox looks well to it. `pa status --security` tells how systemd
rates sandboxes.

## From the symptom

| Symptom | Checks |
|---|---|
"""

SYMPTOMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "it does not start",
        (
            "command-missing",
            "not-executable",
            "interpreter",
            "account",
            "working-directory",
            "needed-file",
            "log-file",
            "unit",
            "drift",
            "dependency",
            "start-time",
        ),
    ),
    (
        "it starts again and again",
        ("environment", "library", "port", "sandbox", "permission", "memory", "exit-code"),
    ),
    ("it was up and is not any more", ("clean-exit", "start-limit", "stopped", "lingering")),
    ("it uses too much", ("memory", "memory-growth", "limits", "disk")),
    ("its health check fails", ("health", "port")),
    ("its log is too large", ("log-size", "disk")),
    ("it does not stop", ("stop-ignored",)),
    ("a change has no effect", ("not-applied", "drop-in", "drift", "unit")),
    ("times are wrong", ("clock",)),
    ("nothing answers", ("init-system",)),
)

CHECKED = """\

## The checks

In this order, where two findings are equally sure.

"""


def page(table: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> str:
    """The whole page; `table` lays rows out."""
    assert list(Likelihood) == ["certain", "likely", "possible"]
    symptoms = "".join(
        f"| {symptom} | {', '.join(f'`{name}`' for name in names)} |\n"
        for symptom, names in SYMPTOMS
    )
    rows = ((f"`{check.name}`", check.wrong, check.seen_by) for check in CHECKS)
    checks = table(("Check", "What is wrong", "How it is told"), rows)
    return f"{HEAD}{symptoms}{CHECKED}{checks}"
