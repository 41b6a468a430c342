"""Whom an agent runs as, and where. Never root unless the spec says so."""

from pa_units.compile import unit_paths
from pa_units.compile import unit_text as text
from pa_units.compile.part import Part, error, note
from pa_units.compile.systemd.draft import Draft, Identity
from pa_units.compile.unit_file import Directive, directives
from pa_units.contracts.bundle import Note
from pa_units.contracts.facts import Account, Host, Placement
from pa_units.contracts.refs import Scope
from pa_units.spec.model import Agent

_DYNAMIC = Identity("", "", dynamic=True, reason="made by systemd for each run")


def decide(agent: Agent, host: Host, place: Placement) -> tuple[Identity, tuple[Note, ...]]:
    """Choose the account: the one that the spec names, else the owner of `cwd`, else a dynamic one.

    The owner is trusted with the agent (and its secrets) only if nobody else can redirect the
    path to that directory.
    """
    if host.scope is Scope.USER:
        return _own(agent, host)
    if agent.user is not None:
        return _named(agent, place)
    if place.cwd is None or place.cwd.owner is None:
        return _dynamic(agent), _unknown_owner(agent, place)
    return _owner_of_cwd(agent, place)


def _dynamic(agent: Agent) -> Identity:
    """A dynamic user may have a group that is there already (ran on 252 and 257)."""
    return _DYNAMIC._replace(group=agent.group or "")


def _own(agent: Agent, host: Host) -> tuple[Identity, tuple[Note, ...]]:
    identity = Identity(host.account.name, "", dynamic=False, reason="your own services")
    wanted = {"user": (agent.user, host.account.name), "group": (agent.group, host.account.group)}
    return identity, tuple(
        error(
            agent.name,
            (field,),
            "user-in-user-scope",
            f"a user manager runs as {own} and cannot become {asked}",
            f"install it as root with --system, or leave '{field}' out",
        )
        for field, (asked, own) in wanted.items()
        if asked not in (None, own)
    )


def _named(agent: Agent, place: Placement) -> tuple[Identity, tuple[Note, ...]]:
    account = place.user
    if account is None:
        problem = error(
            agent.name,
            ("user",),
            "user-missing",
            f"there is no user '{agent.user}' on this host",
            f"make it: useradd --system --home-dir / --shell /usr/sbin/nologin {agent.user}",
        )
        return Identity(agent.user or "", "", dynamic=False, reason="named by the spec"), (problem,)
    group = agent.group or account.group
    return Identity(account.name, group, dynamic=False, reason="named by the spec"), ()


def _unknown_owner(agent: Agent, place: Placement) -> tuple[Note, ...]:
    if place.cwd is None or place.cwd.known:
        return ()
    told = note(
        agent.name,
        ("cwd",),
        "cwd-owner-unknown",
        f"whose {place.cwd.path}/ will be nobody knows here: the agent runs as a dynamic user and "
        "can only read there",
        "name its user with 'user:'",
    )
    return (told,)


def _owner_of_cwd(agent: Agent, place: Placement) -> tuple[Identity, tuple[Note, ...]]:
    assert place.cwd is not None
    assert place.cwd.owner is not None
    owner = place.cwd.owner
    if owner.uid == 0:
        told = note(
            agent.name,
            ("cwd",),
            "cwd-of-root",
            f"{place.cwd.path}/ belongs to root: the agent runs as a dynamic user and can only "
            "read there",
            "give the directory to a user of its own, or name one with 'user:'",
        )
        return _dynamic(agent)._replace(reason="cwd belongs to root"), (told,)
    if place.cwd.unsafe:
        return _dynamic(agent), (_unsafe(agent, place.cwd.path, place.cwd.unsafe, owner),)
    return Identity(owner.name, agent.group or owner.group, False, f"the owner of {agent.cwd}"), ()


def _unsafe(agent: Agent, path: str, why: str, owner: Account) -> Note:
    return error(
        agent.name,
        ("cwd",),
        "cwd-unsafe",
        f"cannot run as {owner.name}, the owner of {path}/: {why}",
        f"name the user: 'user: {owner.name}', if that is meant",
    )


def part(draft: Draft) -> Part:
    """User, working directory, priority."""
    return Part(
        (*_account(draft), *_directory(draft), *_process(draft)),
        notes=notes(draft),
    )


def notes(draft: Draft) -> tuple[Note, ...]:
    """What is missing on the host, or in vain."""
    return (*_missing_directory(draft), *_missing_group(draft), *_in_vain(draft))


def _missing_directory(draft: Draft) -> tuple[Note, ...]:
    cwd = draft.place.cwd
    if cwd is None or cwd.owner is not None or not cwd.known:
        return ()
    problem = error(
        draft.name,
        ("cwd",),
        "cwd-missing",
        f"the directory {cwd.path}/ does not exist",
        f"make it and give it to the user who shall run the agent: install -d -o USER {cwd.path}",
    )
    return (problem,)


def _missing_group(draft: Draft) -> tuple[Note, ...]:
    if not draft.place.no_group:
        return ()
    group = draft.agent.group
    text = f"there is no group '{group}' on this host"
    return (error(draft.name, ("group",), "group-missing", text, f"make it: groupadd {group}"),)


def _in_vain(draft: Draft) -> tuple[Note, ...]:
    nice = draft.agent.nice
    if not draft.user_scope or nice is None or nice >= 0:
        return ()
    text = f"a user manager cannot go below 0, and ignores nice {nice}"
    return (note(draft.name, ("nice",), "nice-ignored", text, "install it with --system"),)


def _account(draft: Draft) -> tuple[Directive, ...]:
    identity = draft.identity
    if draft.user_scope:
        return ()
    account = ("DynamicUser", text.flag(True))
    if not identity.dynamic:
        account = ("User", text.word(identity.user))
    group = draft.agent.group
    return directives("Service", account, *((("Group", text.word(group)),) if group else ()))


def state_directory(draft: Draft) -> bool:
    """An agent without `cwd` gets a directory of its own, /var/lib/NAME."""
    return draft.agent.cwd is None


def _directory(draft: Draft) -> tuple[Directive, ...]:
    if not state_directory(draft):
        path = unit_paths.directory(draft.agent.cwd or "")
        return directives("Service", ("WorkingDirectory", path))
    return directives(
        "Service",
        ("StateDirectory", text.word(draft.name)),
        ("StateDirectoryMode", text.word("0750")),
        # %S is /var/lib, and the state or configuration directory of a user manager.
        ("WorkingDirectory", text.UnitText(f"%S/{draft.name}")),
    )


def _process(draft: Draft) -> tuple[Directive, ...]:
    if draft.agent.nice is None:
        return ()
    return directives("Service", ("Nice", text.number(draft.agent.nice)))
