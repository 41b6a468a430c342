"""Values to YAML text in block style: few quotes, and nothing that another reader of YAML, 1.1 or
1.2, would take for something else."""

import json
import re
from functools import lru_cache

# Words that no reader of YAML takes for a number, a date, a truth value or an indicator.
_WORD = r"(?:[A-Za-z0-9_/.+@%=~$,-]|:(?=[^ ]))"
_PLAIN = re.compile(
    rf"(?:[A-Za-z_/]|\./){_WORD}*(?: {_WORD}+)*"
    r"|(?:\d+(?:ms|[smhdw]))+|\d+(?:\.\d+)?(?:[KMGTkmgt](?:i?B)?(?:/s)?|B|%)",
    re.ASCII,
)
_TAKEN = re.compile(r"(?i)null|true|false|yes|no|on|off|y|n")
# JSON leaves alone what YAML does not take as it is. Spelled by what is hidden: by what is not, the
# same set takes re 15 times as long to compile, a twentieth of an install.
_HIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def document(value: dict[str, object]) -> str:
    """Return a mapping as the text of a file."""
    return "\n".join([*lines(value), ""])


def lines(value: object, indent: str = "") -> list[str]:
    """Return the lines of a mapping or a list that is not empty."""
    found: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if type(item) is str:
                found.append(f"{indent}{_text(str(key))}: {_text(item)}")
            elif isinstance(item, _BLOCKS) and item:
                found.append(f"{indent}{_text(str(key))}:")
                found += lines(item, f"{indent}  ")
            else:
                found.append(f"{indent}{_text(str(key))}: {scalar(item)}")
    elif isinstance(value, list | tuple):
        for item in value:
            found += _item(item, indent)
    return found


_BLOCKS = (dict, list, tuple)


def _item(value: object, indent: str) -> list[str]:
    if not isinstance(value, _BLOCKS) or not value:
        return [f"{indent}- {scalar(value)}"]
    first, *rest = lines(value, f"{indent}  ")
    return [f"{indent}- {first[len(indent) + 2 :]}", *rest]


def scalar(value: object) -> str:
    """Return one value on one line, also an empty list or mapping."""
    if type(value) is str:
        return _text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, float):
        # YAML 1.1 takes 5e-05 for a text.
        return repr(value) if "." in repr(value) else repr(value).replace("e", ".0e")
    return str(value) if isinstance(value, int) else _text(str(value))


@lru_cache(maxsize=4096)  # keys, and words that hundreds of agents share
def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and not _TAKEN.fullmatch(text)
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    """Return a text in double quotes; what does not print becomes an escape."""
    return _HIDDEN.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
