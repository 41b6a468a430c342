"""What can go wrong, and the exit code it ends with.

PaError (1)
├── UsageError (2)        bad arguments or a bad spec
├── PermissionProblem (4) the scope needs another user
├── NotInstalled (5)      no agent of that name
├── NotRunning (7)        reload, kill, pause of a stopped agent
└── ChangesPending (8)    what `plan` and `--diff` answer when there is something to do

The numbers are those of LSB init scripts, which systemctl(1) and monitoring checks share.
"""


class PaError(Exception):
    """An expected failure: `message` says what is wrong, `hint` what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PaError):
    """The arguments or the spec cannot be used as they are."""

    exit_code = 2


class PermissionProblem(PaError):
    """The operation needs another user."""

    exit_code = 4


class NotInstalled(PaError):
    """No agent of that name is installed in this scope."""

    exit_code = 5


class NotRunning(PaError):
    """The verb needs a running agent."""

    exit_code = 7


class ChangesPending(PaError):
    """Nothing is wrong, but the disk differs from what the spec asks for."""

    exit_code = 8
