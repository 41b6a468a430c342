"""A program of its own: gzip standard input to standard output.

Started by file name, so it imports the standard library alone. Its caller gives it two open files
and puts the result in place, because the file it compresses may get another name meanwhile.
"""

import os
import sys
import zlib

_BLOCK = 1 << 18
_GZIP = 31  # wbits of zlib.compressobj: the largest window, with a gzip header
_NICE = 10


def main() -> int:
    """Compress everything; 0 when it is on the disk."""
    os.nice(_NICE)
    squeeze = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    while block := os.read(0, _BLOCK):
        _write(squeeze.compress(block))
    _write(squeeze.flush())
    os.fsync(1)
    return 0


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(1, left) :]


if __name__ == "__main__":
    sys.exit(main())
