"""Paths in a unit file. Each directive parses them in its own way, and since 255 what it has read
goes through systemd-executor, which loses some signs on the way."""

import re

from pa_units.compile.unit_text import (
    Inexpressible,
    UnitText,
    ends_badly,
    line,
    needs_quotes,
    percent,
    quoted,
    refuse_control,
)


def append(path: str, *, instance: bool = False) -> UnitText:
    """`append:PATH` of `StandardOutput=`. A blank at its end would be lost on the way to
    systemd-executor (ran on 257)."""
    if path.endswith(" "):
        raise Inexpressible(path, "systemd 255 and later cut the blank at its end off")
    return line(f"append:{path}", instance=instance)


def directory(path: str) -> UnitText:
    """`WorkingDirectory=`: the rest of the line, where a final slash changes nothing and so
    guards the end."""
    refuse_control(path)
    return UnitText(percent(f"{path}/" if ends_badly(path) else path))


_GLOB_SPECIAL = re.compile(r"([*?\[\\])")


def glob_path(path: str, *, required: bool = True, instance: bool = False) -> UnitText:
    """`EnvironmentFile=`: the rest of the line, and a pattern of glob(7)."""
    literal = _GLOB_SPECIAL.sub(r"\\\1", path)
    return line(literal if required else f"-{literal}", instance=instance)


def credential(name: str, path: str, *, instance: bool = False) -> UnitText:
    """`LoadCredential=NAME:PATH`: the rest of the line. systemd-executor gets it unescaped and cuts
    it at blanks (exec_context_serialize() in src/core/execute-serialize.c; ran on 257)."""
    if " " in path or "\\" in path:
        why = f"systemd 255 and later cannot read {path}: a blank or a backslash is in its name"
        raise Inexpressible(f"file:{path}", why, "rename it, or write 'as: env'")
    return line(f"{name}:{path}", instance=instance)


def tmpfiles_word(path: str) -> UnitText:
    """One path of a tmpfiles.d(5) line: unquoted, C-unescaped and `%`-expanded."""
    return UnitText(quoted(percent(path)))


_LIST_ESCAPED = re.compile(r'(["\\])')


def path_word(path: str) -> UnitText:
    """One path of `ReadWritePaths=`, one address of `Documentation=`: lists whose words are
    unquoted, and where a backslash protects any sign and has no other meaning."""
    refuse_control(path)
    guarded = percent(path)
    if not needs_quotes(guarded):
        return UnitText(guarded)
    return UnitText('"' + _LIST_ESCAPED.sub(r"\\\1", guarded) + '"')


_BIND_SPELLINGS = {" ": r'"\ "', "\\": r"\\", ":": r"\:"}
_BIND_SPECIAL = re.compile(r"[ \\:]")


def bind_word(path: str) -> UnitText:
    """One path of `BindPaths=`: split twice, first by blanks where quotes alone protect, then by
    colons where a backslash does (config_parse_bind_paths() in src/core/load-fragment.c). A quote
    in it would be lost on the way to systemd-executor, and another directory bound (ran on 257)."""
    refuse_control(path)
    if '"' in path or "'" in path:
        why = f"systemd 255 and later cannot show the directory {path}/: its name holds a quote"
        raise Inexpressible(f"file:{path}", why, "rename it, or set 'hardening: {ProtectHome: no}'")
    return UnitText(_BIND_SPECIAL.sub(lambda sign: _BIND_SPELLINGS[sign[0]], percent(path)))
