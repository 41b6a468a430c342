"""Agents that are really broken, each in one way, and agents that are well."""

from typing import NamedTuple


class Broken(NamedTuple):
    """One agent, how it is broken after its install, and the check that has to say so first."""

    check: str
    spec: str
    """the lines below its name"""
    breaks: str = ""
    """a shell script, run as root after the install and before a restart"""
    starts: bool = True
    """is it restarted once it is broken?"""


_SLEEP = "cmd: sleep 100000"

BROKEN: dict[str, Broken] = {
    "no-program": Broken(
        "command-missing", "cmd: python -m http.server 8300", "rm /usr/local/bin/python"
    ),
    "no-bit": Broken("not-executable", "cmd: /srv/no-bit", "chmod a-x /srv/no-bit"),
    "bad-line": Broken(
        "interpreter", "cmd: /srv/bad-line", "sed -i '1s|.*|#!/usr/bin/python2|' /srv/bad-line"
    ),
    "windows": Broken("interpreter", "cmd: /srv/windows", "sed -i 's/$/\\r/' /srv/windows"),
    "no-cwd": Broken(
        "working-directory", f"{_SLEEP}\n    cwd: /srv/no-cwd\n    user: kbot", "rmdir /srv/no-cwd"
    ),
    "no-user": Broken("account", f"{_SLEEP}\n    user: leaver", "userdel -f leaver"),
    "port": Broken("port", "cmd: python3 -m http.server 8301"),
    "no-variable": Broken(
        "environment",
        "cmd: [python3, -c, \"import os; print(os.environ['PAYMENT_API_KEY'])\"]",
    ),
    "given-up": Broken(
        "start-limit",
        "cmd: [sh, -c, exit 3]\n    max_restarts: 1\n    backoff: {initial_delay: 100ms}",
    ),
    "config": Broken("exit-code", "cmd: [sh, -c, exit 78]\n    restart_policy: never"),
    "no-log": Broken(
        "log-file",
        f"{_SLEEP}\n    logging: {{stdout: /var/log/no-log/out.log}}",
        "rm -r /var/log/no-log",
    ),
    "no-memory": Broken(
        "memory",
        'cmd: [python3, -c, "bytearray(4 << 30)"]\n    systemd: {Service: {LimitAS: 1G}}',
    ),
    "leak": Broken(
        "memory-growth",
        'cmd: [python3, -c, "import time; kept = []\\n'
        "while len(kept) < 4000: kept.append(bytes(b'x' * 100000)); time.sleep(0.03)\"]",
        starts=False,
    ),
    "large-log": Broken(
        "log-size",
        f"{_SLEEP}\n    logging: {{stdout: /var/log/large.log, max_size: 1M}}",
        # logrotate passes over a file that others may write.
        "chmod 666 /etc/logrotate.d/*large-log*; head -c 4000000 /dev/zero > /var/log/large.log",
        starts=False,
    ),
    "full": Broken(
        "disk",
        'cmd: [sh, -c, "head -c 9000000 /dev/zero > /srv/full/data && exec sleep 100000"]\n'
        "    cwd: /srv/full\n    user: kbot",
    ),
    "walled": Broken(
        "sandbox",
        'cmd: [sh, -c, "echo x > /var/tmp/../walled && exec sleep 1000"]\n    user: kbot',
    ),
    "waits": Broken(
        "dependency",
        f"{_SLEEP}\n    depends_on: {{sick: {{condition: healthy}}}}",
    ),
    "edited": Broken(
        "drift", "cmd: sleep 100000", "sed -i 's/Restart=.*/Restart=no/' UNITS/edited.service"
    ),
    "masked": Broken("unit", _SLEEP, "ln -sf /dev/null UNITS/masked.service"),
    "overridden": Broken(
        "drop-in",
        "cmd: [sh, -c, exit 4]",
        "mkdir -p UNITS/overridden.service.d; printf '[Service]\\nRestart=no\\n' "
        "> UNITS/overridden.service.d/x.conf",
    ),
    "clock": Broken("clock", _SLEEP, "CLOCK", starts=False),
    "no-module": Broken("library", 'cmd: [python3, -c, "import requests_that_is_not_there"]'),
    "closed": Broken(
        "permission", "cmd: [python3, -c, \"open('/srv/closed.conf')\"]\n    user: kbot"
    ),
    "done": Broken("clean-exit", "cmd: [sh, -c, exit 0]"),
    "deaf": Broken(
        "start-time",
        f"{_SLEEP}\n    type: notify\n    start_timeout: 1s\n    restart_policy: never",
    ),
    "no-env-file": Broken(
        "needed-file", f"{_SLEEP}\n    env_file: /srv/no-env-file.env", "rm /srv/no-env-file.env"
    ),
    "off": Broken("stopped", f"{_SLEEP}\n    auto_start: false", starts=False),
}

SICK = """
  - {name: sick, cmd: sleep 100000, health_check: {http: "http://127.0.0.1:8399/", interval: 1s}}
"""
"""What another one waits for."""

HEALTHY = """
  - {name: well, cmd: sleep 100000}
  - {name: well-web, cmd: python3 -m http.server 8310, cwd: /home/kbot/trading}
  - name: well-log
    cmd: [sh, -c, "echo hello; exec sleep 1000"]
    logging: {stdout: /var/log/w.log}
  - {name: well-twins, cmd: sleep 100000, replicas: 2}
  - {name: well-timed, cmd: "true", schedule: {every: 1h}}
  - {name: well-socket, cmd: sleep 100000, sockets: [{listen: "8311"}]}
  - {name: well-named, cmd: sleep 100000, user: kbot, hardening: tight, depends_on: [well]}
  - {name: well-shell, cmd: "while :; do sleep 1; done", shell: true}
  - {name: well-limited, cmd: sleep 100000, resources: {memory_limit: 64M, tasks: 10}}
"""

PREPARE = """
ln -s /usr/bin/python3 /usr/local/bin/python
for name in no-bit bad-line windows; do
    printf '#!/usr/bin/python3\\nimport time\\ntime.sleep(100000)\\n' > /srv/$name
    chmod 755 /srv/$name
done
install -d -o kbot /srv/no-cwd
useradd --system leaver
touch /srv/closed.conf /srv/no-env-file.env
chmod 600 /srv/closed.conf
mkdir -p /srv/full
mount -t tmpfs -o size=4m,uid=1001,mode=755 tmpfs /srv/full
systemd-run --unit=squatter python3 -m http.server 8301
"""

CLEAN = """
systemctl stop squatter
rm -f /etc/systemd/system/masked.service
umount /srv/full
rm -rf /srv/* /var/log/large.log /var/log/w.log /usr/local/bin/python
"""


def spec() -> str:
    """All of them, in one file."""
    rows = (f"  - name: {name}\n    {one.spec}\n" for name, one in BROKEN.items())
    return f"agents:\n{''.join(rows)}{SICK}{HEALTHY}"
