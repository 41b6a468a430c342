"""*Pure*: one wanted artifact against what stands at its path.

| on disk | ours, as we wrote it | ours, edited | not ours |
|---|---|---|---|
| nothing | create | create | create |
| as wanted | same | same | same, and ours from now on |
| differs, spec changed | update | refused without force | refused without force |
| differs, spec unchanged | | kept, and said | |
| a link for a file, a file for a link | | as edited | refused without force |
| a directory, a device | | refused | refused |

Logs and directories have no content of ours: what is there stays, and is ours only if we made it.
"""

from typing import NamedTuple

from pa_units.contracts.bundle import Kind
from pa_units.contracts.inventory import Owned, digest
from pa_units.kit.files import Ids
from pa_units.write.changes import Action, Change, Conflict
from pa_units.write.disk import Disk, Seen, Shape, content_of
from pa_units.write.wanted import Wanted


class _Case(NamedTuple):
    wanted: Wanted
    owned: Owned | None
    seen: Seen
    ids: Ids | None
    force: bool

    def change(self, action: Action, conflict: Conflict = Conflict.NONE) -> Change:
        artifact = self.wanted.artifact
        return Change(
            action,
            artifact.kind,
            artifact.path,
            self.wanted.agents,
            after=self.wanted.content,
            mode=artifact.mode,
            ids=self.ids,
            conflict=conflict,
        )

    @property
    def attributes_differ(self) -> bool:
        return self.seen.mode != self.wanted.artifact.mode or self.ids not in (None, self.seen.ids)


def judge(wanted: Wanted, owned: Owned | None, disk: Disk, force: bool) -> Change:
    """Say what becomes of the path of `wanted`, which is ours if `owned` is given."""
    artifact = wanted.artifact
    case = _Case(
        wanted,
        owned,
        disk.look(artifact.path),
        disk.ids(artifact.owner, artifact.group),
        force,
    )
    match artifact.kind:
        case Kind.STATE:
            return case.change(Action.SAME)._replace(
                claimed=owned is not None or case.seen.shape is Shape.ABSENT
            )
        case Kind.LOG:
            return _container(case, Shape.FILE)
        case Kind.DIRECTORY:
            # A link to a directory is the admin's wish; what comes below it is ours all the same.
            shape = Shape.LINK if case.seen.shape is Shape.LINK else Shape.DIRECTORY
            return _container(case, shape)
        case Kind.LINK:
            return _content(case, Shape.LINK, disk)
        case _:
            return _content(case, Shape.FILE, disk)


def _container(case: _Case, shape: Shape) -> Change:
    """A log or a directory."""
    if case.seen.shape is Shape.ABSENT:
        return case.change(Action.CREATE)
    if case.seen.shape is not shape:
        return case.change(Action.UPDATE, Conflict.SHAPE)._replace(refused=True)
    if case.owned is None or shape is Shape.LINK:
        return case.change(Action.SAME)._replace(claimed=case.owned is not None)
    return case.change(Action.ADJUST if case.attributes_differ else Action.SAME)


def _content(case: _Case, shape: Shape, disk: Disk) -> Change:
    """A file or link with a content of ours."""
    if case.seen.shape is Shape.ABSENT:
        return case.change(Action.CREATE)
    if case.seen.shape in (Shape.DIRECTORY, Shape.OTHER):
        return case.change(Action.UPDATE, Conflict.SHAPE)._replace(refused=True)
    before = content_of(case.seen, case.wanted.artifact.path, disk)
    same_shape = case.seen.shape is shape
    if same_shape and before == case.wanted.content:
        loose = shape is Shape.FILE and case.attributes_differ
        return case.change(Action.UPDATE if loose else Action.SAME)._replace(before=before)
    return _different(case, digest(before) if same_shape else "")._replace(before=before)


def _different(case: _Case, found: str) -> Change:
    if case.wanted.content is None:
        return case.change(Action.KEEP)
    if case.owned is None:
        foreign = case.change(Action.UPDATE, Conflict.FOREIGN)
        return foreign._replace(refused=not case.force)
    if case.owned.digest == found:
        return case.change(Action.UPDATE)
    if case.owned.digest == digest(case.wanted.content) and not case.force:
        return case.change(Action.KEEP, Conflict.EDITED)
    return case.change(Action.UPDATE, Conflict.EDITED)._replace(refused=not case.force)
