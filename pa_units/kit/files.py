"""Files and links, replaced as a whole or not at all.

Every function takes the path as the running system sees it and a `root` before it (`--root DIR`;
"" is the real one). Failures of the system become PaError, "cannot write /etc/x: disk full".
"""

import errno
import os
from types import TracebackType

from pa_units.kit.errors import PaError, PermissionProblem

Ids = tuple[int, int]
"""uid and gid"""

_REASONS = {
    errno.EACCES: ("permission denied", "this needs root, or the owner of that directory"),
    errno.EPERM: ("operation not permitted", "this needs root, or the owner of that file"),
    errno.ENOSPC: ("no space left on the device", ""),
    errno.EDQUOT: ("disk quota exceeded", ""),
    errno.EROFS: ("the file system is read-only", ""),
    errno.ELOOP: ("it is a symlink", ""),
}
_DENIED = frozenset({errno.EACCES, errno.EPERM})
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NAME_MAX = 255


def cannot(action: str, path: str, error: OSError) -> PaError:
    """Say in our words that `action` failed on `path`."""
    default = (os.strerror(error.errno).lower() if error.errno else str(error), "")
    reason, hint = _REASONS.get(error.errno or 0, default)
    kind = PermissionProblem if error.errno in _DENIED else PaError
    return kind(f"cannot {action} {path}: {reason}", hint)


class telling:  # noqa: N801 (used as a statement)
    """`with telling("write", path):` turns an OSError into the PaError of `cannot`."""

    def __init__(self, action: str, path: str) -> None:
        self.action = action
        self.path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Translate."""
        if isinstance(error, OSError):
            raise cannot(self.action, self.path, error) from error


def read_if_present(path: str, root: str = "") -> bytes | None:
    """Return the content of a regular file, None if there is nothing of that name."""
    with telling("read", root + path):
        try:
            file = open(root + path, "rb")  # noqa: SIM115 (closed below)
        except (FileNotFoundError, NotADirectoryError):
            return None
        with file:
            return file.read()


def temp_beside(path: str, token: str) -> str:
    """Return the name under which the next content of `path` waits.

    Hidden, so that no manager loads it; with `~`, so that logrotate, which does read hidden files
    of its directory, passes it over (tabooext, logrotate(8)).
    """
    directory, _, name = path.rpartition("/")
    ending = f".pa-{token}~"
    return f"{directory}/.{name[: _NAME_MAX // 2]}{ending}"


def stage(temp: str, data: bytes, mode: int, ids: Ids | None = None, root: str = "") -> None:
    """Create `temp` with its content, mode and owner (None: whoever runs this)."""
    with telling("write", root + temp):
        # 0600 until all is in place: the content may be a secret.
        fd = os.open(root + temp, _NEW, 0o600)
        try:
            _write_all(fd, data)
            if ids is not None:
                os.fchown(fd, *ids)
            os.fchmod(fd, mode)
        finally:
            os.close(fd)


def stage_link(temp: str, target: str, root: str = "") -> None:
    """Create the symlink `temp`."""
    with telling("write", root + temp):
        os.symlink(target, root + temp)


def rename(temp: str, path: str, root: str = "") -> bool:
    """Put `temp` in the place of `path`; False if there is no such temp (any more)."""
    with telling("write", root + path):
        try:
            os.rename(root + temp, root + path)
        except FileNotFoundError:
            return False
        return True


def settle(temp: str, path: str, root: str = "") -> bool:
    """Give `temp` the name `path` unless something has it, which stays; False in that case."""
    with telling("write", root + path):
        try:
            os.link(root + temp, root + path, follow_symlinks=False)
            settled = True
        except (FileExistsError, FileNotFoundError):
            settled = False
    remove(temp, root)
    return settled


def remove(path: str, root: str = "") -> bool:
    """Remove a file or link; False if there was none."""
    with telling("remove", root + path):
        try:
            os.unlink(root + path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True


def make_directory(path: str, mode: int, ids: Ids | None = None, root: str = "") -> bool:
    """Make one directory, whatever the umask; False if something of that name exists."""
    with telling("make", root + path):
        try:
            os.mkdir(root + path, 0o700)
        except FileExistsError:
            return False
        set_attributes(path, mode, ids, root)
        return True


def remove_directory(path: str, root: str = "") -> bool:
    """Remove a directory if it is empty; False if it is not, or not there."""
    with telling("remove", root + path):
        try:
            os.rmdir(root + path)
        except OSError as error:
            if error.errno in _NOT_REMOVED:
                return False
            raise
        return True


def remove_tree(path: str, root: str = "") -> None:
    """Remove a directory with all in it, or a link, never what a link points to."""
    import shutil  # 4 ms: only a purge pays

    if not os.path.isdir(root + path) or os.path.islink(root + path):
        remove(path, root)
        return
    with telling("remove", root + path):
        shutil.rmtree(root + path)


# EBUSY: a mount point. It is somebody's wish that the directory exists.
_NOT_REMOVED = frozenset(
    {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EBUSY, errno.ELOOP}
)


def set_attributes(path: str, mode: int, ids: Ids | None = None, root: str = "") -> bool:
    """Set owner and mode of a file or directory; False if it is a symlink or not there."""
    with telling("change", root + path):
        try:
            fd = os.open(root + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
                return False
            raise
        try:
            if ids is not None:
                os.fchown(fd, *ids)
            os.fchmod(fd, mode)
        finally:
            os.close(fd)
        return True


def missing_directories(path: str, root: str = "") -> tuple[str, ...]:
    """Return `path` and those of its parents that do not exist, outermost first."""
    missing: list[str] = []
    while path and not os.path.lexists(root + path):
        missing.append(path)
        path = path.rpartition("/")[0]
    return tuple(reversed(missing))


def write_whole(
    path: str, data: bytes, mode: int, ids: Ids | None = None, root: str = "", token: str = ""
) -> None:
    """Replace the file `path` so that after a crash it is the old or the new one."""
    temp = temp_beside(path, token or os.urandom(8).hex())
    try:
        stage(temp, data, mode, ids, root)
        flush(temp, root)
        rename(temp, path, root)
    except BaseException:
        remove(temp, root)
        raise
    flush(path.rpartition("/")[0] or "/", root)


def flush(path: str, root: str = "") -> None:
    """Force one file, or the entries of one directory, to the disk."""
    with telling("write", root + path):
        fd = os.open(root + path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def replace_link(path: str, target: str, root: str = "") -> None:
    """Make `path` a symlink to `target`, in one step."""
    temp = temp_beside(path, os.urandom(8).hex())
    stage_link(temp, target, root)
    rename(temp, path, root)


def _write_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
