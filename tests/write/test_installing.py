"""Install, update, remove on a real directory tree."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from small_host import KEY, SmallHost, agent, bundle, helper, unit

from pa_units.contracts import ledger
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.ledger import Origin
from pa_units.contracts.places import SYSTEM, places
from pa_units.contracts.refs import Scope
from pa_units.kit.errors import NotInstalled, PaError, UsageError
from pa_units.write import apply as writer
from pa_units.write import drift, secrets, text
from pa_units.write.changes import Action, Refused
from pa_units.write.drift import Drifted

UNIT = "/etc/systemd/system/bot.service"
LINK = "/etc/systemd/system/multi-user.target.wants/bot.service"


def actions(applied: writer.Applied) -> dict[str, Action]:
    return {change.path: change.action for change in applied.changes.files}


def test_an_install_puts_everything_in_place(host: SmallHost) -> None:
    host.install(agent("bot"))
    tree = host.tree()
    assert tree[UNIT] == ("file", 0o644, b"[Service]\nExecStart=/bin/bot 1\n")
    assert tree[LINK] == ("link", UNIT)
    assert tree["/etc/pa/secrets"] == ("directory", 0o700)
    assert tree["/etc/pa/secrets/bot.env"][1] == 0o600
    assert b'TOKEN="s3cret"\n' in tree["/etc/pa/secrets/bot.env"][2]  # type: ignore[operator]
    assert tree["/var/log/pa/bot.log"] == ("file", 0o640, b"")
    assert tree["/usr/local/lib/pa/1/backoff"][1] == 0o755
    assert "/var/lib/bot" not in tree  # the init system makes it
    assert not [path for path in tree if path.endswith("~")]


def test_a_value_stands_nowhere_but_in_files_of_mode_0600(host: SmallHost) -> None:
    host.install(agent("bot"))
    holding = [
        path for path, entry in host.tree().items() if b"s3cret" in bytes(str(entry), "utf8")
    ]
    assert holding == ["/etc/pa/secrets/bot.env", "/etc/pa/secrets/bot.json"]
    assert all(stat.S_IMODE(host.path(path).stat().st_mode) == 0o600 for path in holding)


def test_the_ledger_says_what_is_installed(host: SmallHost) -> None:
    applied = host.install(agent("bot", user="kbot"), origins={"bot": Origin("/srv/bot.yaml", "d")})
    entry = ledger.read(SYSTEM, host.root).agents["bot"]
    assert entry == applied.state.ledger.agents["bot"]
    assert (entry.user, entry.origin, entry.generation) == ("kbot", Origin("/srv/bot.yaml", "d"), 1)
    assert [ref.name for ref in entry.units] == ["bot.service"]


def test_a_second_install_writes_nothing(host: SmallHost) -> None:
    host.install(agent("bot"), agent("eye"))
    before = host.stamps()
    again = host.install(agent("bot"), agent("eye"))
    assert not again.changes.any
    assert host.stamps() == before


def test_an_update_writes_what_differs_and_nothing_else(host: SmallHost) -> None:
    host.install(agent("bot"), agent("eye"))
    before = host.stamps()
    changed = {
        path
        for path, action in actions(host.install(agent("bot", "2"))).items()
        if action is not Action.SAME
    }
    assert changed == {UNIT, "/etc/pa/agents/bot.yaml"}
    after = host.stamps()
    untouched = [path for path in before if "eye" in path or path.endswith("backoff")]
    assert untouched and all(before[path] == after[path] for path in untouched)


def test_removed_and_purged_is_as_before(host: SmallHost) -> None:
    before = host.tree()
    host.install(agent("bot"), agent("eye", "7"))
    host.path("/var/lib/bot").mkdir()
    host.edit("/var/lib/bot/data", "x")
    host.edit("/var/log/pa/bot.log.1", "old")
    host.edit("/var/log/pa/bot.log-20260101.gz", "older")
    host.remove("bot", "eye", purge=True)
    assert host.tree() == before
    assert not host.path("/var/lib/pa").exists()


def test_the_link_to_a_private_state_directory_goes_with_it(host: SmallHost) -> None:
    before = host.tree()
    host.install(agent("bot"))
    host.edit("/var/lib/private/bot/data", "x")  # as DynamicUser= lays it out
    host.path("/var/lib/bot").symlink_to("private/bot")
    host.remove("bot", purge=True)
    assert host.tree() == before


def test_a_removal_leaves_what_the_agent_wrote_until_the_purge(host: SmallHost) -> None:
    before = host.tree()
    host.install(agent("bot"))
    host.edit("/var/log/pa/bot.log", "a line\n")
    host.edit("/var/lib/bot/data", "x")
    host.remove("bot")
    assert not host.path(UNIT).exists()
    assert host.path("/var/log/pa/bot.log").read_text() == "a line\n"
    left = writer.left_of(SYSTEM, "bot", host.root)
    assert set(left) == {"/var/log/pa/bot.log", "/var/lib/bot", "/etc/pa/secrets/bot.json"}
    host.remove("bot", purge=True)
    assert host.tree() == before


def test_a_reinstall_finds_its_values_and_its_log(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.edit("/var/log/pa/bot.log", "a line\n")
    host.remove("bot")
    host.install(agent("bot"), environment={})
    assert b"s3cret" in host.path("/etc/pa/secrets/bot.env").read_bytes()
    assert host.path("/var/log/pa/bot.log").read_text() == "a line\n"


def test_what_was_there_before_stays_after_the_purge(host: SmallHost) -> None:
    host.edit("/var/log/pa/bot.log", "of an earlier life\n")
    host.edit("/var/lib/bot/data", "mine")
    before = host.tree()
    host.install(agent("bot"))
    host.remove("bot", purge=True)
    assert host.tree() == before


def test_a_log_of_somebody_elses_name_is_not_a_rotation(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.edit("/var/log/pa/bot.log.important", "keep")
    host.remove("bot", purge=True)
    assert host.path("/var/log/pa/bot.log.important").read_text() == "keep"


def test_a_shared_file_goes_with_the_last_agent_that_needs_it(host: SmallHost) -> None:
    timer = unit("pa-stable-300@.timer", "[Timer]\n")
    host.install(agent("bot", more=(timer,)), agent("eye", more=(timer,)))
    host.remove("bot")
    assert host.path(timer.path).exists()
    host.remove("eye")
    assert not host.path(timer.path).exists()
    assert not host.path("/usr/local/lib/pa").exists()


def test_agents_may_not_disagree_about_a_file(host: SmallHost) -> None:
    before = host.tree()
    with pytest.raises(PaError, match=r"both write .*pa-x.timer"):
        host.install(
            agent("bot", more=(unit("pa-x.timer", "1"),)),
            agent("eye", more=(unit("pa-x.timer", "2"),)),
        )
    assert host.tree() == before


def test_units_that_an_update_drops_are_removed_and_told(host: SmallHost) -> None:
    timer = unit("bot.timer", "[Timer]\n")
    first = agent("bot", more=(timer,))
    host.install(first._replace(units=(*first.units, first.units[0]._replace(name="bot.timer"))))
    applied = host.install(agent("bot", "2"))
    assert not host.path(timer.path).exists()
    assert [ref.name for ref in applied.changes.agents["bot"].units_gone] == ["bot.timer"]


def test_prune_removes_in_the_same_step(host: SmallHost) -> None:
    host.install(agent("bot"), agent("eye"))
    applied = host.install(agent("bot", "2"), prune=["eye"])
    assert list(applied.state.ledger.agents) == ["bot"]
    assert applied.changes.agents["eye"].action is Action.REMOVE


def test_a_foreign_file_is_written_over_only_with_force(host: SmallHost) -> None:
    host.edit(UNIT, "of the admin\n")
    before = host.tree()
    with pytest.raises(Refused, match=r"cannot write .*bot.service: it exists and is not ours"):
        host.install(agent("bot"))
    assert host.tree() == before
    host.install(agent("bot"), force=True)
    assert "ExecStart" in host.path(UNIT).read_text()


def test_a_foreign_file_with_our_content_becomes_ours(host: SmallHost) -> None:
    host.edit(UNIT, "[Service]\nExecStart=/bin/bot 1\n")
    host.install(agent("bot"))
    host.remove("bot")
    assert not host.path(UNIT).exists()


def test_an_edited_file_survives_an_unchanged_spec(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.edit(UNIT, "edited\n")
    applied = host.install(agent("bot"))
    assert actions(applied)[UNIT] is Action.KEEP
    assert not applied.changes.any
    assert host.path(UNIT).read_text() == "edited\n"
    assert "+ExecStart=/bin/bot 1" in text.unified(applied.changes)


def test_an_edited_file_stops_a_changed_spec(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.edit(UNIT, "edited\n")
    before = host.tree()
    with pytest.raises(Refused, match="edited by hand") as refused:
        host.install(agent("bot", "2"))
    assert "-edited\n" in text.unified(refused.value.changes)
    assert host.tree() == before
    host.install(agent("bot", "2"), force=True)
    assert "bot 2" in host.path(UNIT).read_text()


def test_an_edited_file_stops_an_update_that_would_remove_it(host: SmallHost) -> None:
    timer = unit("bot.timer", "[Timer]\n")
    host.install(agent("bot", more=(timer,)))
    host.edit(timer.path, "edited\n")
    with pytest.raises(Refused, match=r"cannot remove .*bot.timer"):
        host.install(agent("bot", "2"))
    host.remove("bot")  # who uninstalls means it
    assert not host.path(timer.path).exists()


def test_a_masked_unit_stays_masked(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.path(UNIT).unlink()
    host.path(UNIT).symlink_to("/dev/null")
    host.remove("bot", purge=True)
    assert os.readlink(host.path(UNIT)) == "/dev/null"


def test_a_directory_in_the_way_is_never_forced(host: SmallHost) -> None:
    host.path(UNIT).mkdir()
    with pytest.raises(Refused, match="something else of that name"):
        host.install(agent("bot"), force=True)


def test_a_missing_file_is_written_again(host: SmallHost) -> None:
    host.install(agent("bot"))
    before = host.tree()
    host.path(UNIT).unlink()
    assert actions(host.install(agent("bot")))[UNIT] is Action.CREATE
    assert host.tree().keys() == before.keys()
    assert host.path("/var/lib/pa/generations/bot").is_dir()
    assert os.listdir(host.path("/var/lib/pa/generations/bot")) == ["1.json"]  # no new version


def test_a_changed_user_is_refused_unless_it_is_meant(host: SmallHost) -> None:
    host.install(agent("bot", user="kbot"))
    with pytest.raises(UsageError, match="no longer run as kbot"):
        host.install(agent("bot", user="root"))
    host.install(agent("bot", user="root"), user_changed=True)
    assert ledger.read(SYSTEM, host.root).agents["bot"].user == "root"


def test_a_missing_value_is_named_with_the_way_out(host: SmallHost) -> None:
    before = host.tree()
    with pytest.raises(UsageError, match="no value for KEY") as missing:
        host.install(agent("bot"), environment={})
    assert "--preserve-env=KEY" in missing.value.hint
    assert "pa secret set bot KEY" in missing.value.hint
    assert host.tree() == before


def test_unknown_agents_are_not_removed(host: SmallHost) -> None:
    host.install(agent("bot"))
    before = host.tree()
    with pytest.raises(NotInstalled, match="'eye'"):
        host.remove("bot", "eye")
    with pytest.raises(NotInstalled, match="'eye'"):
        host.remove("bot", "eye", purge=True)
    assert host.tree() == before


def test_a_preview_says_what_would_be_done_and_writes_nothing(host: SmallHost) -> None:
    host.edit(UNIT, "of the admin\n")
    before = host.stamps()
    changes = writer.preview(SYSTEM, bundle(agent("bot")), environment=KEY, root=host.root)
    assert [change.path for change in changes.refused] == [UNIT]
    assert "s3cret" not in text.unified(changes)
    assert "+TOKEN=(value not shown)" in text.unified(changes)
    assert host.stamps() == before


def test_a_new_value_is_told_but_not_shown(host: SmallHost) -> None:
    host.install(agent("bot"))
    changes = writer.preview(
        SYSTEM, bundle(agent("bot")), environment={"KEY": "other"}, root=host.root
    )
    shown = text.unified(changes)
    assert "+TOKEN=(another value not shown)" in shown
    assert "other" not in shown.replace("another", "") and "s3cret" not in shown


def test_drift_is_found(host: SmallHost) -> None:
    origin = host.path("/srv/bot.yaml")
    host.edit("/srv/bot.yaml", "name: bot\n")
    from pa_units.contracts.inventory import digest

    host.install(
        agent("bot"), origins={"bot": Origin("/srv/bot.yaml", digest(origin.read_bytes()))}
    )
    assert drift.drift(SYSTEM, root=host.root) == ()
    host.edit(UNIT, "edited\n")
    host.edit(f"{UNIT}.d/override.conf", "[Service]\n")
    host.path(LINK).unlink()
    host.edit("/srv/bot.yaml", "name: other\n")
    found = {(item.path, item.what) for item in drift.drift(SYSTEM, root=host.root)}
    assert found == {
        (UNIT, Drifted.EDITED),
        (f"{UNIT}.d/override.conf", Drifted.DROP_IN),
        (LINK, Drifted.MISSING),
        ("/srv/bot.yaml", Drifted.ORIGIN_CHANGED),
    }
    assert drift.drift(SYSTEM, ("eye",), host.root) == ()


def test_an_admins_drop_in_survives_everything(host: SmallHost) -> None:
    host.install(agent("bot"))
    host.edit(f"{UNIT}.d/override.conf", "[Service]\n")
    host.install(agent("bot", "2"))
    host.remove("bot", purge=True)
    assert host.path(f"{UNIT}.d/override.conf").read_text() == "[Service]\n"


def test_a_log_that_is_a_symlink_is_refused(host: SmallHost, tmp_path: Path) -> None:
    target = tmp_path / "shadow"
    target.write_text("root:x\n")
    host.edit("/var/log/pa/other", "")
    host.path("/var/log/pa/bot.log").symlink_to(target)
    with pytest.raises(Refused, match=r"bot.log: something else"):
        host.install(agent("bot"), force=True)
    assert target.read_text() == "root:x\n"


def test_a_symlink_in_the_place_of_a_file_is_replaced_not_followed(
    host: SmallHost, tmp_path: Path
) -> None:
    target = tmp_path / "passwd"
    target.write_text("root:x\n")
    host.path(UNIT).symlink_to(target)
    with pytest.raises(Refused, match="not ours"):
        host.install(agent("bot"))
    host.install(agent("bot"), force=True)
    assert not host.path(UNIT).is_symlink()
    assert target.read_text() == "root:x\n"


def test_a_symlink_in_the_place_of_a_temporary_file_is_not_followed(
    host: SmallHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "passwd"
    target.write_text("root:x\n")
    monkeypatch.setattr(os, "urandom", lambda size: b"\7" * size)
    planted = host.path("/etc/systemd/system/.bot.service.pa-0707070707070707~")
    planted.symlink_to(target)
    with pytest.raises(PaError, match="cannot write"):
        host.install(agent("bot"))
    assert target.read_text() == "root:x\n"
    assert not host.path(UNIT).exists()


def test_a_running_log_keeps_its_lines_when_its_mode_changes(host: SmallHost) -> None:
    host.install(agent("bot"))
    log = host.path("/var/log/pa/bot.log")
    inode = log.stat().st_ino
    log.write_text("a line\n")
    tighter = tuple(
        artifact._replace(mode=0o600) if artifact.kind is Kind.LOG else artifact
        for artifact in agent("bot", "2").artifacts
    )
    host.install(agent("bot", "2")._replace(artifacts=tighter))
    status = log.stat()
    assert (status.st_ino, stat.S_IMODE(status.st_mode)) == (inode, 0o600)
    assert log.read_text() == "a line\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owners_are_those_of_the_root(host: SmallHost) -> None:
    host.edit("/etc/passwd", "kbot:x:4242:4243::/:/bin/sh\n")
    host.edit("/etc/group", "bots:x:4343:\n")
    log = Artifact(Kind.LOG, "/var/log/pa/x.log", mode=0o640, owner="kbot", group="bots")
    odd = Artifact(Kind.PLAN, "/var/lib/pa/plans/x.json", "{}", owner="kbot", group="bots")
    root = unit("root.service", "")._replace(owner="kbot", group="bots")
    only = agent("bot")._replace(artifacts=(log, odd, root))
    host.install(only)
    for artifact in only.artifacts:
        status = host.path(artifact.path).stat()
        assert (status.st_uid, status.st_gid) == (4242, 4343)
    with pytest.raises(PaError, match=r"user 'nobody-here': .*/etc/passwd has no such user"):
        host.install(only._replace(artifacts=(log._replace(owner="nobody-here"),)))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_an_ordinary_user_is_told_what_is_missing(host: SmallHost) -> None:
    program = (
        "import os, sys\n"
        "sys.path[:] = sys.argv[2:]\n"
        "from small_host import SmallHost, agent\n"
        "from pathlib import Path\n"
        "host = SmallHost(Path(sys.argv[1]))\n"
        "os.setuid(65534)\n"
        "try:\n"
        "    host.install(agent('bot'))\n"
        "except Exception as error:\n"
        "    print(error.exit_code, error.message)\n"
    )
    os.chmod(host.root, 0o755)
    for parent in Path(host.root).parents:
        if parent.stat().st_uid == os.geteuid() and parent.name.startswith("pytest"):
            os.chmod(parent, 0o755)
    done = subprocess.run(
        [sys.executable, "-c", program, host.root, *sys.path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("4 cannot make "), done.stdout + done.stderr
    assert "permission denied" in done.stdout


def test_the_user_scope_leaves_a_home_as_it_was(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    mine = places(Scope.USER, {"XDG_RUNTIME_DIR": "/run/user/1"}, str(home), 1)
    one = Artifact(Kind.UNIT, f"{mine.units}/bot.service", "x")
    secret = Artifact(Kind.SECRET, f"{mine.secrets}/bot.env", mode=0o600, env={"A": "${A}"})
    only = agent("bot")._replace(artifacts=(one, secret))
    writer.apply(mine, bundle(only), environment={"A": "1"})
    assert (home / ".config/systemd/user/bot.service").read_text() == "x"
    assert stat.S_IMODE((home / ".config/pa/secrets").stat().st_mode) == 0o700
    assert ledger.read(mine).agents["bot"].scope is Scope.USER
    writer.remove(mine, ["bot"], purge=True)
    assert list(home.iterdir()) == []


def test_a_directory_is_left_as_long_as_anything_is_in_it(host: SmallHost) -> None:
    spool = Artifact(Kind.DIRECTORY, "/var/spool/bot", mode=0o750)
    host.install(agent("bot", more=(spool,)))
    assert stat.S_IMODE(host.path("/var/spool/bot").stat().st_mode) == 0o750
    host.edit("/var/spool/bot/mail", "x")
    host.remove("bot", purge=True)
    assert host.path("/var/spool/bot/mail").exists()
    host.path("/var/spool/bot/mail").unlink()
    host.install(agent("eye"))
    host.remove("eye", purge=True)
    assert not host.path("/var/spool").exists()


def test_a_stored_value_serves_the_next_install(host: SmallHost) -> None:
    secrets.set_values(SYSTEM, "bot", {"KEY": "stored"}, host.root)
    host.install(agent("bot"), environment={})
    assert b'TOKEN="stored"' in host.path("/etc/pa/secrets/bot.env").read_bytes()
    host.install(agent("bot"), environment={"KEY": "given"})
    host.install(agent("bot"), environment={})
    assert b'TOKEN="given"' in host.path("/etc/pa/secrets/bot.env").read_bytes()


def test_helper_of_the_right_version_is_used(host: SmallHost) -> None:
    host.install(agent("bot"))
    applied = host.install(agent("bot", helpers="2"))
    assert actions(applied)[helper("backoff", "2").path] is Action.CREATE
