"""Can a file be cut at its front where a log stands? Asked of the file system itself."""

import errno
import os

COLLAPSE_RANGE = 8
"""FALLOC_FL_COLLAPSE_RANGE of linux/falloc.h; fallocate(2)"""

_CANNOT = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


def cannot_cut(directory: str) -> str:
    """Say why files of a directory, or of the one that it will be made in, cannot be cut at their
    front; "" when they can, or when nobody may try.

    Tries it on a file without a name (O_TMPFILE, open(2)): types of file systems do not tell, since
    overlayfs passes the call on, and ext4 with bigalloc takes only clusters of blocks.
    """
    while not os.path.isdir(directory) and directory not in ("", "/"):
        directory = os.path.dirname(directory)
    try:
        fd = os.open(directory or "/", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return ""
    try:
        block = os.fstatvfs(fd).f_bsize
        os.write(fd, bytes(2 * block))
        code = collapse(fd, block)
    except OSError:
        return ""
    finally:
        os.close(fd)
    return f"the file system of {directory}/ cannot cut a file at its front" if code else ""


def collapse(fd: int, length: int) -> int:
    """Remove the first `length` bytes of a file; returns the error if its file system cannot.

    Raises OSError for any other failure.
    """
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate64.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if libc.fallocate64(fd, COLLAPSE_RANGE, 0, length) == 0:
        return 0
    code = ctypes.get_errno()
    if code not in _CANNOT:
        raise OSError(code, os.strerror(code))
    return code
