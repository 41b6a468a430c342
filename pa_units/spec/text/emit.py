"""Values to YAML text in block style: few quotes, and nothing that another reader of YAML, 1.1 or
1.2, would take for something else."""

import json
import re
from collections.abc import Iterator

# Words that no reader of YAML takes for a number, a date, a truth value or an indicator.
_WORD = r"(?:[A-Za-z0-9_/.+@%=~$,-]|:(?=[^ ]))"
_PLAIN = re.compile(
    rf"(?:[A-Za-z_/]|\./){_WORD}*(?: {_WORD}+)*"
    r"|(?:\d+(?:ms|[smhdw]))+|\d+(?:\.\d+)?(?:[KMGTkmgt](?:i?B)?(?:/s)?|B|%)",
    re.ASCII,
)
_TAKEN = re.compile(r"(?i)null|true|false|yes|no|on|off|y|n")
# JSON leaves alone what YAML does not take as it is.
_HIDDEN = re.compile(
    "[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def document(value: dict[str, object]) -> str:
    """Return a mapping as the text of a file."""
    return "".join(f"{line}\n" for line in lines(value))


def lines(value: object, indent: str = "") -> Iterator[str]:
    """Yield the lines of a mapping or a list that is not empty."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{scalar(str(key))}:", item, indent + "  ")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _item(item, indent)


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list | tuple) and value:
        yield head
        yield from lines(value, indent)
    else:
        yield f"{head} {scalar(value)}"


def _item(value: object, indent: str) -> Iterator[str]:
    if not isinstance(value, dict | list | tuple) or not value:
        yield f"{indent}- {scalar(value)}"
        return
    first, *rest = lines(value, indent + "  ")
    yield f"{indent}- {first[len(indent) + 2 :]}"
    yield from rest


def scalar(value: object) -> str:
    """Return one value on one line, also an empty list or mapping."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, float):
        # YAML 1.1 takes 5e-05 for a text.
        return repr(value) if "." in repr(value) else repr(value).replace("e", ".0e")
    text = str(value)
    if isinstance(value, int) or (_PLAIN.fullmatch(text) and not _TAKEN.fullmatch(text)):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Return a text in double quotes; what does not print becomes an escape."""
    return _HIDDEN.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
