"""How many lines: a number, or `all`."""

import click

from pa_units.verbs.logs import ALL


class Count(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on
    """A number of lines, or `all`."""

    name = "count"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if value == "all":
            return ALL
        if not str(value).isdecimal():
            self.fail(f"'{value}' is neither a number of lines nor `all`", param, ctx)
        return int(str(value))
