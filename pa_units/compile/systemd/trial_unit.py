"""The unit of an agent → one that runs it once, beside it, in the same sandbox.

The lines stay as they are, but for what restarts, counts or announces: nothing of a trial may
change what is remembered of the agent. Output goes to the journal, where it can be read back.
"""

import re
from collections.abc import Iterator

PREFIX = "pa-test-"

_DROPPED = re.compile(
    r"(?:Restart\w*|StartLimit\w+|SuccessAction|FailureAction|OnFailure|OnSuccess|PartOf|WantedBy"
    r"|X-Pa-Spec|StandardOutput|StandardError)\s*="
)
_COUNTING = re.compile(
    r"Exec\w+\s*=[-+@:!|]*\"?[^\s\"]*(?:/(?:backoff|forget|fresh|tell-restart)\b|.*pa-stable-)"
)
"""Helper programs of ours that count restarts or tell others about them"""
_FRESH = re.compile(r"(?:Wants|After)\s*=\s*pa-fresh@")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,30}")
"""What systemd takes for the name of a dynamic user (uid-range and valid_user_group_name())"""


def of(text: str, agent: str) -> str:
    """Return the text of the trial's unit file; `text` is that of the agent's, with those of its
    drop-ins behind it."""
    kept = [line for line in _without_install(text) if not _is_dropped(line)]
    return "\n".join([*kept, "", "[Service]", *_own(text, agent), ""])


def _is_dropped(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_DROPPED, _COUNTING, _FRESH))


def _without_install(text: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[Install]"
        if not inside and not line.startswith("#"):
            yield line


def _own(text: str, agent: str) -> Iterator[str]:
    yield "Restart=no"
    yield "StandardOutput=journal"
    yield "StandardError=journal"
    # Its name makes the number of a dynamic user: with another one systemd would give the state
    # directory away, systemd.exec(5).
    if "\nDynamicUser=yes" in text and "\nUser=" not in text and _PLAIN.fullmatch(agent):
        yield f"User={agent}"
