"""The answer to a spec that cannot be used: all of its problems at once."""

from collections.abc import Iterable

from pa_units.kit.errors import UsageError
from pa_units.spec.problems import Problem


class SpecRefused(UsageError):
    """A spec has errors; `problems` says where, with warnings and notes beside them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__("the spec has errors")
        self.problems = tuple(problems)
