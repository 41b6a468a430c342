"""What the service manager's objects are called (org.freedesktop.systemd1(5))."""

ROOT = "/org/freedesktop/systemd1"
MANAGER = "org.freedesktop.systemd1.Manager"
UNIT = "org.freedesktop.systemd1.Unit"
PROPERTIES_INTERFACE = "org.freedesktop.DBus.Properties"


def _escapes() -> dict[int, str]:
    plain = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return {byte: f"_{byte:02x}" for byte in range(256) if byte not in plain}


_ESCAPES = _escapes()


def unit_path(name: str) -> str:
    """Return the object path of a unit (sd_bus_path_encode(3)); it exists for every valid name."""
    label = name.encode().decode("latin-1").translate(_ESCAPES)
    if label[:1].isdigit():
        label = f"_{ord(label[0]):02x}{label[1:]}"
    return f"{ROOT}/unit/{label or '_'}"
