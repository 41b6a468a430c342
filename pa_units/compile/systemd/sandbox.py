"""The walls around an agent: a hardening level, the spec's single switches, and the holes that its
own directories need."""

import posixpath
from collections.abc import Iterator
from functools import cache, lru_cache

from pa_units.compile import unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, note
from pa_units.compile.systemd import start_type
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.profiles import IMPOSSIBLE_FOR_USERS, LEVELS, Profile
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Note

_HOMES = ("/home/", "/root/", "/run/user/")
"""What ProtectHome= hides, systemd.exec(5)."""


def part(draft: Draft) -> Part:
    """All directives of the sandbox."""
    trees = _read_trees(draft)
    hidden = _needs_homes(draft, trees)
    hardening = draft.agent.hardening
    lines = level_lines(hardening.level, user_scope=draft.user_scope, homes_needed=hidden)
    if replaced := hardening.switches:
        lines = tuple(item for item in lines if item.key not in replaced) + _lines(replaced)
    holes = _holes(draft, _hiding(lines), trees)
    return Part(_umask(draft, lines) + holes, notes=_notes(draft, lines))


@lru_cache(maxsize=256)  # hundreds of agents have a few sets of lines
def _hiding(lines: tuple[Directive, ...]) -> tuple[str, str]:
    """What `ProtectHome=` and `ProtectSystem=` say."""
    found = {key: value for _, key, value in reversed(lines)}
    return found.get("ProtectHome", ""), found.get("ProtectSystem", "")


@cache
def level_lines(level: str, *, user_scope: bool, homes_needed: bool) -> tuple[Directive, ...]:
    """The lines of a hardening level in one scope."""
    profile = dict(LEVELS[level])
    if user_scope and profile:
        # Mount namespaces of a user manager need a user namespace: without PrivateUsers= 252
        # silently does nothing, and an empty capability set fails with 218.
        profile = {key: kept for key, kept in profile.items() if key not in IMPOSSIBLE_FOR_USERS}
        profile["PrivateUsers"] = ("yes",)
    if homes_needed and "ProtectHome" in profile:
        profile["ProtectHome"] = ("tmpfs",)
    return _lines(profile)


def _lines(profile: Profile) -> tuple[Directive, ...]:
    return tuple(
        Directive("Service", key, text.raw(line)) for key, kept in profile.items() for line in kept
    )


def _needs_homes(draft: Draft, trees: tuple[str, ...]) -> bool:
    """Would ProtectHome= hide a directory of the agent? The state directory of a user manager
    stands in the home too."""
    cwd = draft.agent.cwd
    shown = (*trees, *_bound(draft))
    return any(map(_in_home, shown)) or (_in_home(cwd) if cwd else draft.user_scope)


def _bound(draft: Draft) -> Iterator[str]:
    """Paths that the spec's own switches show: below a home that is hidden as a whole, systemd
    cannot mount them and says nothing (ran on 252 and 257)."""
    switches = draft.agent.hardening.switches
    for key in ("BindPaths", "BindReadOnlyPaths"):
        for line in switches.get(key, ()):
            yield from (word.lstrip("-") for word in line.split())


def _in_home(path: str) -> bool:
    return f"{path}/".startswith(_HOMES)


def _read_trees(draft: Draft) -> tuple[str, ...]:
    """What stands in a home and is only read: its program, and ours that it runs itself."""
    gate = (draft.host.helpers,) if draft.gated else ()
    return (*_program_trees(draft), *filter(_in_home, gate))


def _program_trees(draft: Draft) -> tuple[str, ...]:
    """The installation a program belongs to: `/home/bob/venv` for `/home/bob/venv/bin/python`."""
    trees = []
    for path in (draft.place.executable, draft.place.resolved):
        if not path or not _in_home(path):
            continue
        directory = posixpath.dirname(path)
        is_bin = posixpath.basename(directory) == "bin"
        trees.append(posixpath.dirname(directory) if is_bin else directory)
    return tuple(dict.fromkeys(trees))


def _umask(draft: Draft, items: tuple[Directive, ...]) -> tuple[Directive, ...]:
    """The spec's own mask takes the place of the profile's."""
    mask = draft.agent.umask
    if mask is None:
        return items
    kept = tuple(item for item in items if item.key != "UMask")
    return kept + directives("Service", ("UMask", text.word(f"{mask:04o}")))


def _holes(draft: Draft, hiding: tuple[str, str], trees: tuple[str, ...]) -> tuple[Directive, ...]:
    """What the agent may write although the system is read-only, and see although homes are
    hidden: its `cwd`, and the tree of its program."""
    found: list[Directive] = []
    cwd = draft.agent.cwd
    homes, system = hiding
    hidden = homes == "tmpfs"
    if cwd and hidden and _in_home(cwd):
        found += directives("Service", ("BindPaths", unit_paths.bind_word(cwd)))
    elif hidden and not cwd and draft.user_scope:
        found += directives("Service", ("BindPaths", text.UnitText(f"%S/{draft.name}")))
    elif cwd and system == "strict" and not draft.identity.dynamic:
        found += directives("Service", ("ReadWritePaths", unit_paths.path_word(cwd)))
    if hidden:
        shown = [unit_paths.bind_word(tree) for tree in trees if not _within(tree, cwd)]
        found += [Directive("Service", "BindReadOnlyPaths", tree) for tree in shown]
        found += _notify_socket(draft)
    return tuple(found)


def _notify_socket(draft: Draft) -> tuple[Directive, ...]:
    """That of a user manager stands below /run/user, which ProtectHome= hides too: without it no
    READY=1 arrives (ran on 252 and 257). Credentials are bound by systemd itself."""
    if not draft.user_scope or not start_type.notifies(draft.agent):
        return ()
    return directives("Service", ("BindReadOnlyPaths", text.UnitText("%t/systemd/notify")))


def _within(path: str, directory: str | None) -> bool:
    return directory is not None and f"{path}/".startswith(f"{directory}/")


def _notes(draft: Draft, lines: tuple[Directive, ...]) -> tuple[Note, ...]:
    if not (draft.user_scope and lines) or draft.host.user_namespaces:
        return ()
    told = note(
        draft.name,
        ("hardening",),
        "no-user-namespaces",
        "this host forbids user namespaces to ordinary users: the sandbox's file system walls "
        "cannot be built and the agent will not start",
        "set 'hardening: off' or install it in the system scope",
    )
    return (told,)
