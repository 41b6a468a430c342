"""One agent between its node and its model: respelled canonically, its places remembered."""

from collections.abc import Iterable

from pa_units.contracts.bundle import Level, Loc, Note
from pa_units.spec.aliases import UNSET, Alias
from pa_units.spec.text.nodes import MappingNode, Node, typed, walk

Raw = dict[str, object]


class Draft:
    """The mapping of one agent, being respelled.

    `sources` keeps where the user wrote each value that was moved, `roots` below which node each
    value stands that was not written in the agent itself.
    """

    def __init__(self, node: MappingNode, raw: Raw) -> None:
        self.node = node
        self.raw = raw
        self.sources: dict[Loc, Loc] = {}
        self.roots: dict[Loc, Node] = {}
        self.notes: list[Note] = []
        self.words: dict[str, str] = {}
        """what the dialect calls a key, where it has a word of its own"""

    def respell(self, aliases: Iterable[Alias]) -> None:
        """Move every value that has another spelling to its canonical place."""
        for alias in aliases:
            if alias.source[0] in self.raw:
                value = take(self.raw, alias.source)
                if value is not UNSET:
                    self._put(alias, value)

    def _put(self, alias: Alias, value: object) -> None:
        source = self.source_of(alias.source)
        for target, converted in zip(alias.targets, alias.convert(value), strict=True):
            if converted is not UNSET:
                self.move(source, target, converted)

    def move(self, source: Loc, target: tuple[str, ...], value: object) -> None:
        """Put a value at `target`, written by the user at `source`."""
        if not put(self.raw, target, value):
            said = f"'{dotted(source)}' and '{dotted(self.source_of(target))}' say the same"
            self.note(Level.ERROR, source, "given-twice", said, "keep one of them")
            return
        self.sources[target] = source

    def note(self, level: Level, loc: Loc, code: str, text: str, hint: str = "") -> None:
        """Keep something to tell about the place `loc`."""
        self.notes.append(Note(level, "", loc, code, text, hint))

    def take_free(self, known: frozenset[str]) -> None:
        """Give the values that no field describes their types, and gather the x- keys."""
        if "launchd" in self.raw:
            self.raw["launchd"] = typed(self.entry(("launchd",))[1])
        if free := [key for key in self.raw if key not in known and key.startswith("x-")]:
            values = {key: typed(self.entry((key,))[1]) for key in free}
            self.raw = {key: self.raw[key] for key in self.raw if key not in values}
            self.raw["x-*"] = values

    def source_of(self, loc: Loc) -> Loc:
        """Return where the user wrote what stands at the canonical `loc`."""
        for length in range(len(loc), 0, -1):
            if (source := self.sources.get(loc[:length])) is not None:
                return source + loc[length:]
        return loc

    def entry(self, loc: Loc) -> tuple[Node, Node]:
        """Return the key and value node at `loc`, or of the deepest part of it that is written."""
        root, steps, _ = self._steps(loc)
        return steps[-1] if steps else (root, root)

    def written(self, loc: Loc) -> tuple[Node, Node] | None:
        """Return the key and value node at `loc`, None when nothing stands exactly there."""
        _, steps, whole = self._steps(loc)
        return steps[-1] if steps and whole else None

    def _steps(self, loc: Loc) -> tuple[Node, list[tuple[Node, Node]], bool]:
        source = self.source_of(loc)
        root: Node = self.node
        for length in range(len(source), 0, -1):
            if (inherited := self.roots.get(source[:length])) is not None:
                root = inherited
                break
        steps = list(walk(root, source))
        return root, steps, len(steps) == len(source)


def dotted(loc: Loc) -> str:
    """Return a place in words: `deploy.resources.limits.cpus`."""
    return ".".join(str(step) for step in loc)


def take(raw: Raw, path: tuple[str, ...]) -> object:
    """Remove and return the value at `path`, with mappings that it leaves empty; or UNSET."""
    if len(path) == 1:
        return raw.pop(path[0], UNSET)
    below = raw.get(path[0])
    if not isinstance(below, dict):
        return UNSET
    value = take(below, path[1:])
    if value is not UNSET and not below:
        del raw[path[0]]
    return value


def put(raw: Raw, path: tuple[str, ...], value: object) -> bool:
    """Set the value at `path`; False when something stands there already."""
    for step in path[:-1]:
        below = raw.setdefault(step, {})
        if not isinstance(below, dict):
            return False
        raw = below
    if path[-1] in raw:
        return False
    raw[path[-1]] = value
    return True
