"""The one exception of the bench."""


class BenchError(Exception):
    """The bench or a command in a machine failed; the text carries what the machine printed."""
