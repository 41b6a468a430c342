"""What programs print when something is missing: the words of libc, interpreters and shells.

*Pure.* Texts are those of strerror(3), CPython, Node, dash, bash and the JVM.
"""

import re

TAKEN = re.compile(r"address (is )?already in use|EADDRINUSE|only one usage of each socket", re.I)
FULL = re.compile(r"no space left on device|ENOSPC|disk quota exceeded|EDQUOT", re.I)
READ_ONLY = re.compile(r"read-only file ?system|EROFS", re.I)
NOT_PERMITTED = re.compile(r"operation not permitted|\bEPERM\b", re.I)
DENIED = re.compile(r"permission denied|\bEACCES\b|PermissionError", re.I)
ABSENT = re.compile(r"no such file or directory|\bENOENT\b|FileNotFoundError|cannot open", re.I)
FAMILY = re.compile(r"address family not supported|EAFNOSUPPORT", re.I)
FILES = re.compile(r"too many open files|EMFILE|ENFILE", re.I)
FORK = re.compile(
    r"fork: (retry: )?resource temporarily unavailable|can't start new thread"
    r"|unable to create (new )?native thread|cannot fork",
    re.I,
)
MEMORY = re.compile(
    r"\bMemoryError\b|cannot allocate memory|ENOMEM|heap out of memory|bad_alloc"
    r"|java\.lang\.OutOfMemoryError|out of memory",
    re.I,
)
MODULE = re.compile(
    r"ModuleNotFoundError: No module named|ImportError: |Cannot find (module|package)"
    r"|ERR_MODULE_NOT_FOUND|error while loading shared libraries"
    r"|cannot load such file|ClassNotFoundException|Can't locate \S+ in @INC",
)
NO_COMMAND = re.compile(r": (?:command )?not found\s*$|\benv: .*no such file", re.I)
CERTIFICATE = re.compile(
    r"certificate (is )?not yet valid|certificate has expired|clock skew|CERT_NOT_YET_VALID"
    r"|RequestTimeTooSkewed|timestamp .*(future|ahead)|clock is (ahead|behind)",
    re.I,
)
VARIABLE = re.compile(
    r"KeyError: '(?P<python>[A-Z][A-Z0-9_]+)'"
    r"|\b(?P<shell>[A-Z][A-Z0-9_]{2,}): (?:parameter (?:null or )?not set|unbound variable)"
    r"|(?:environment variable|env(?:ironment)? var(?:iable)?)s?[ :]+[`'\"$]*(?P<named>[A-Z]\w+)"
    r"|\b(?P<bare>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[`'\"]* (?:is|was|must be)"
    r" (?:not set|required|missing|unset|not defined|set|undefined)\b"
    r"|(?:missing|required|undefined)[^A-Z]*[`'\"$]*(?P<missing>[A-Z][A-Z0-9]*_[A-Z0-9_]+)"
)
PORT = re.compile(r"(?:port\D{0,4}|:|, )(\d{2,5})(?!\d)")
PATH = re.compile(r"(?<![\w:/])(/(?:[\w.@%+~-]+/?)+)")


def variables(line: str) -> list[str]:
    """Return the environment variables that a line says are missing."""
    return [next(filter(None, found.groups())) for found in VARIABLE.finditer(line)]


def ports(line: str) -> list[int]:
    """Return the numbers of a line that may be ports."""
    return [int(text) for text in PORT.findall(line) if 0 < int(text) < 65536]


def paths(line: str) -> list[str]:
    """Return the absolute paths of a line."""
    return [path.rstrip("/.") or "/" for path in PATH.findall(line)]


COMPLAINTS = (READ_ONLY, NOT_PERMITTED, DENIED, ABSENT, FULL)
"""Lines whose paths are worth a look."""
