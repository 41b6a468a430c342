"""Where a directive stands, in words. *Pure.*"""

from pa_units.diagnose.evidence import Evidence


def where(seen: Evidence, key: str) -> str:
    """`ExecStart= in /etc/systemd/system/web.service.d/x.conf`; without the file where the unit
    file itself has it, the spec where there is no unit."""
    found = [one for one in seen.settings if one.key == key]
    if found and ".d/" in found[-1].path:
        return f"{key}= in the drop-in {found[-1].path}"
    return f"{key}=" if found else "its spec"
