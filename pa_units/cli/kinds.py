"""What the words of a command line stand for: completion asks the parameters themselves."""

import click


class Kind(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    """A word that is taken as it is, and whose meaning a shell can complete."""

    def __init__(self, name: str) -> None:
        self.name = name


AGENT = Kind("agent")
"""the name of an installed agent, or a glob"""
LABEL = Kind("label")
"""KEY=VALUE that an installed agent has"""
SPEC = Kind("spec")
"""a spec file, or a directory of them"""
FILE = Kind("file")
DIRECTORY = Kind("directory")
FIELD = Kind("field")
"""KEY=VALUE with a field of the spec"""
