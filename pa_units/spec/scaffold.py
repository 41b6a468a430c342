"""The commented example that `pa init` writes: runs as it is, and shows what else there is."""

from pa_units.spec.text.emit import scalar

_EXAMPLE = """\
# What pa keeps running. Every key is described in pa-spec(5).
agents:
  - name: {name}
    cmd: {cmd}
    # shell: true                # run cmd through sh, for '&&', '|' and the like
    # cwd: .                     # seen from this file; left out: a state directory of its own
    # user: nobody               # left out: the owner of cwd, never root

    # restart_policy: on-failure # always, on-failure or never
    # max_restarts: 5            # left out: no end
    # backoff:
    #   initial_delay: 1s
    #   max_delay: 60s
    #   multiplier: 2
    # stop_timeout: 30s          # then it is killed

    # env:
    #   LOG_LEVEL: info
    #   API_KEY: ${{API_KEY}}       # from your environment, or: pa secret set {name} API_KEY

    # resources:
    #   cpu_limit: 50%           # of one core
    #   memory_limit: 512M

    # health_check:
    #   http: http://localhost:8080/health
    #   interval: 30s
    #   timeout: 5s
    #   retries: 3
    #   start_period: 10s

    # logging:                   # left out: the journal
    #   stdout: /var/log/{name}.log
    #   max_size: 100M
    #   max_files: 5

    # notifications:
    #   on_restart: true
    #   channels: [slack]

    # schedule: "0 5 * * *"      # run at these times instead of all the time
    # depends_on: [database]
    # hardening: strict          # tight, strict, relaxed or off
"""


def scaffold(name: str, cmd: str) -> str:
    """Return the text of a spec with one agent, its other options as comments."""
    return _EXAMPLE.format(name=name, cmd=scalar(cmd))
