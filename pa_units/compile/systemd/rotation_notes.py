"""What must be said of the rotation of an agent's logs."""

from pa_units.compile import logrotate_text as text
from pa_units.compile.part import note
from pa_units.compile.systemd.draft import Draft
from pa_units.compile.systemd.log_list import Log
from pa_units.contracts.bundle import Loc, Note
from pa_units.spec.parts import Logging


def notes(draft: Draft, logging: Logging, every: tuple[Log, ...]) -> tuple[Note, ...]:
    """What of `every` log is not rotated, and where a line may be lost."""
    found = [*_left_out(draft, every)]
    if not draft.host.logrotate and every:
        found.append(
            _note(
                draft,
                ("logging",),
                "no-logrotate",
                "logs are not rotated: there is no /usr/sbin/logrotate here",
                "install the package logrotate: it is used from then on",
            )
        )
    return (*found, *_losses(draft), *_of_own_files(draft, logging))


def _left_out(draft: Draft, every: tuple[Log, ...]) -> tuple[Note, ...]:
    claimed = tuple(
        _note(draft, one.loc, "rotated-already", f"{one.path} is left to {one.claimed}")
        for one in every
        if one.claimed
    )
    nameless = tuple(
        _note(
            draft,
            one.loc,
            "not-rotated",
            f"{one.path} is not rotated: logrotate cannot be told of a file with such a name",
        )
        for one in every
        if not text.speakable(one.path)
    )
    return claimed + nameless


def _losses(draft: Draft) -> tuple[Note, ...]:
    """Where a line that is printed in the moment of a rotation may be lost."""
    if not draft.host.python:
        why = "there is no /usr/bin/python3 here, which our lossless cut needs, and no timer: "
        why += "copytruncate, once a day"
        kept = draft.streams[:1]
        return tuple(_note(draft, ("logging", one.field), "rotation-loses", why) for one in kept)
    return tuple(
        _note(
            draft,
            ("logging", stream.field),
            "rotation-loses",
            f"{stream.path} is copied and truncated, and a line that is printed between the two is "
            f"lost: {stream.uncut}",
        )
        for stream in draft.streams
        if stream.uncut and not stream.claimed
    )


def _of_own_files(draft: Draft, logging: Logging) -> tuple[Note, ...]:
    if not logging.files:
        return ()
    loc = ("logging", "files")
    if draft.identity.dynamic:
        words = "they are not rotated: a dynamic user has no name while the agent is down"
        return (_note(draft, loc, "not-rotated", words, "name its user with 'user:'"),)
    if logging.reopen_signal:
        return ()
    words = "copied and truncated, and a line that is written between the two is lost"
    hint = "reopen_signal: HUP, if the agent opens its files anew then"
    return (_note(draft, loc, "rotation-loses", words, hint),)


def _note(draft: Draft, loc: Loc, code: str, words: str, hint: str = "") -> Note:
    return note(draft.name, loc, code, words, hint)
