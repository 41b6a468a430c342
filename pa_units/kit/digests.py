"""SHA-256 without OpenSSL, which takes 5 ms to load: files of a few kilobytes do not need it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256 as _sha256
else:
    try:
        from _sha2 import sha256 as _sha256  # Python 3.12 on
    except ImportError:
        try:
            from _sha256 import sha256 as _sha256
        except ImportError:  # built without its own, as on Fedora
            from hashlib import sha256 as _sha256


def sha256(content: bytes) -> str:
    """Return the digest in hex."""
    return _sha256(content).hexdigest()
