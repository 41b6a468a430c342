"""Exit codes and signals of the spec → numbers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pa_units.contracts.run_plan import Exits

_STATUSES = """
0 SUCCESS 1 FAILURE 2 INVALIDARGUMENT 3 NOTIMPLEMENTED 4 NOPERMISSION 5 NOTINSTALLED
6 NOTCONFIGURED 7 NOTRUNNING
64 USAGE 65 DATAERR 66 NOINPUT 67 NOUSER 68 NOHOST 69 UNAVAILABLE 70 SOFTWARE 71 OSERR 72 OSFILE
73 CANTCREAT 74 IOERR 75 TEMPFAIL 76 PROTOCOL 77 NOPERM 78 CONFIG
200 CHDIR 201 NICE 202 FDS 203 EXEC 204 MEMORY 205 LIMITS 206 OOM_ADJUST 207 SIGNAL_MASK 208 STDIN
209 STDOUT 210 CHROOT 211 IOPRIO 212 TIMERSLACK 213 SECUREBITS 214 SETSCHEDULER 215 CPUAFFINITY
216 GROUP 217 USER 218 CAPABILITIES 219 CGROUP 220 SETSID 221 CONFIRM 222 STDERR 224 PAM 225 NETWORK
226 NAMESPACE 227 NO_NEW_PRIVILEGES 228 SECCOMP 229 SELINUX_CONTEXT 230 PERSONALITY 231 APPARMOR
232 ADDRESS_FAMILIES 233 RUNTIME_DIRECTORY 235 CHOWN 236 SMACK_PROCESS_LABEL 237 KEYRING
238 STATE_DIRECTORY 239 CACHE_DIRECTORY 240 LOGS_DIRECTORY 241 CONFIGURATION_DIRECTORY
242 NUMA_POLICY 243 CREDENTIALS 245 BPF 255 EXCEPTION
"""
"""systemd.exec(5), "Process Exit Codes"."""

_SIGNALS = """
HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP
TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS
"""
"""In the order of their numbers on x86 and ARM, signal(7)."""

_WORDS = _STATUSES.split()
STATUSES: Mapping[str, int] = MappingProxyType(
    {name: int(number) for number, name in zip(_WORDS[::2], _WORDS[1::2], strict=True)}
)
_NUMBERS = {f"SIG{name}": number for number, name in enumerate(_SIGNALS.split(), start=1)}
_FIRST_REAL_TIME, _LAST_REAL_TIME = 34, 64
"""SIGRTMIN and SIGRTMAX as programs see them: the C library keeps two for itself, signal(7)."""


def signal_number(name: str) -> int:
    """Return the number of `SIGTERM` or `SIGRTMIN+3`."""
    if name.startswith("SIGRTMIN"):
        return _FIRST_REAL_TIME + int(name[8:] or "0")
    if name.startswith("SIGRTMAX"):
        return _LAST_REAL_TIME + int(name[8:] or "0")
    return _NUMBERS[name]


def exits(words: Iterable[str]) -> Exits:
    """Return the numbers of exit codes, names of exit codes, and signals."""
    codes: list[int] = []
    signals: list[int] = []
    for word in words:
        if word.isdigit():
            codes.append(int(word))
        elif word in STATUSES:
            codes.append(STATUSES[word])
        else:
            signals.append(signal_number(word))
    return Exits(tuple(codes), tuple(signals))
