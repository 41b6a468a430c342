"""Sockets that PID 1 opens: connections wait while the agent starts, restarts or is replaced."""

from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error
from pa_units.compile.systemd import companion
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts import units
from pa_units.contracts.bundle import Artifact, Note
from pa_units.spec.parts import Socket

_TYPES = {
    "stream": "ListenStream",
    "datagram": "ListenDatagram",
    "sequential": "ListenSequentialPacket",
}

_MODE = 0o660
"""systemd's own default lets every user of the host in."""

_LOCALHOST = "127.0.0.1"
"""systemd resolves no names. Not [::1] beside it: that fails on hosts without IPv6, and would be a
second socket to an agent that expects one."""


def part(draft: Draft) -> Part:
    """One socket unit with every socket: the agent gets them in the order of the spec."""
    unit = units.socket(draft.name)
    # Named, the service pulls its socket in also when it is started by hand, and comes after it.
    lines = directives("Service", ("Sockets", text.word(unit)))
    return Part(lines, (_socket(draft, unit),), (*_modes(draft), *_names(draft), *_packets(draft)))


def _socket(draft: Draft, unit: str) -> Artifact:
    local = [socket for socket in draft.agent.sockets if _is_local(socket)]
    lines = (
        *companion.about(f"Sockets of {draft.name}"),
        *(
            Directive("Socket", _TYPES[socket.type], _address(socket))
            for socket in draft.agent.sockets
        ),
        *(_owner(draft) if local else ()),
        *_service(draft),
        *companion.install(draft, unit),
    )
    return companion.artifact(draft, unit, lines)


def _is_local(socket: Socket) -> bool:
    return socket.listen.startswith("/")


def _mode(socket: Socket) -> int:
    return _MODE if socket.mode is None else socket.mode


def _address(socket: Socket) -> text.UnitText:
    host, _, port = socket.listen.rpartition(":")
    return text.line(f"{_LOCALHOST}:{port}" if host == "localhost" else socket.listen)


def _owner(draft: Draft) -> tuple[Directive, ...]:
    """A dynamic user does not exist before the service runs: then the file is root's."""
    identity = draft.identity
    named = not (identity.dynamic or draft.user_scope)
    user = (("SocketUser", text.word(identity.user)),) if named else ()
    group = (("SocketGroup", text.word(identity.group)),) if named and identity.group else ()
    mode = next(_mode(socket) for socket in draft.agent.sockets if _is_local(socket))
    return directives(
        "Socket",
        *user,
        *group,
        ("SocketMode", text.word(f"{mode:04o}")),
        ("RemoveOnStop", text.flag(True)),
    )


def _service(draft: Draft) -> tuple[Directive, ...]:
    """All replicas take from the same sockets; a connection while none runs starts the first."""
    if draft.agent.replicas == 1:
        return ()
    return directives("Socket", ("Service", text.word(draft.units.runs[0])))


def _modes(draft: Draft) -> tuple[Note, ...]:
    modes = {_mode(socket) for socket in draft.agent.sockets if _is_local(socket)}
    if len(modes) < 2:
        return ()
    found = error(
        draft.name,
        ("sockets",),
        "socket-modes",
        "the unix sockets of one agent have one mode: they are one unit, which keeps their order",
        "give all of them the same mode, or let two agents listen",
    )
    return (found,)


def _names(draft: Draft) -> tuple[Note, ...]:
    return tuple(
        error(
            draft.name,
            ("sockets", index, "listen"),
            "socket-address",
            f"'{socket.listen}': systemd listens on addresses, it looks no names up",
            "write the address, such as 127.0.0.1:8080, or the port alone for all of them",
        )
        for index, socket in enumerate(draft.agent.sockets)
        if _is_name(socket)
    )


def _is_name(socket: Socket) -> bool:
    host, colon, _ = socket.listen.rpartition(":")
    if not colon or _is_local(socket) or host.startswith("["):
        return False
    return host != "localhost" and not host.replace(".", "").isdigit()


def _packets(draft: Draft) -> tuple[Note, ...]:
    return tuple(
        error(
            draft.name,
            ("sockets", index, "type"),
            "socket-type",
            "sequential is a type of unix sockets only",
            "give it a path, or leave the type out",
        )
        for index, socket in enumerate(draft.agent.sockets)
        if socket.type == "sequential" and not _is_local(socket)
    )
