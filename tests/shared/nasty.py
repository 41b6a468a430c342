"""Texts that nobody would think of: signs that some step on the way to a process takes apart."""

from hypothesis import strategies as st

_PRINTABLE = (
    *("%", "%%", "%n", "%i", "%S", "\\x25n", "$", "$$", "$HOME", "\\x24HOME", "\\$HOME", "}", "{"),
    *("'", '"', "\\", "\\\\", "\\ ", "\\\\ ", " ", "  ", ";", " ; ", "#", "=", ":", ",", "\\n"),
    *("*", "?", "[a]", "~", "-", "+", "@", "!", "|", "&", "`id`", "$(id)"),
    *("é", "漢字", "🐍", "a", "b c"),
)
_OTHER = (
    *("\n", "\t", "\r", "\x01", "\x1b[31m", "\x7f", "\x0b", "\x0c", "\r\n", "\\\n", "\n# x"),
    *("\n[Service]\nUser=root", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff"),
)
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")
"""Categories of Unicode that `str.isprintable` refuses, all but the blank."""


def texts(*, printable: bool = False, most: int = 8) -> st.SearchStrategy[str]:
    """Texts without zero bytes; `printable` ones are those that a path or a description may be."""
    if printable:
        pieces = st.sampled_from(_PRINTABLE) | st.characters(exclude_categories=_UNPRINTABLE)
    else:
        pieces = st.sampled_from(_PRINTABLE + _OTHER) | st.characters(
            exclude_categories=["Cs"], exclude_characters="\0"
        )
    return st.lists(pieces, max_size=most).map("".join)


def segments() -> st.SearchStrategy[str]:
    """Names of files that a path of the spec may hold."""
    names = texts(printable=True, most=6).map(lambda text: text.replace("/", "_"))
    return names.filter(
        lambda name: name not in ("", ".", "..") and "${" not in name and len(name.encode()) < 100
    )
