"""Every lint of a spec: its code, what it says, a spec that trips it, and one that does not."""

AGENT = "name: a\ncmd: ./a\n"
CHECK = "health_check: {http: http://localhost/}\n"

TRAPS = (
    (
        "endless-oneshot",
        "a schedule is for a program that ends, and 'always' starts it again",
        AGENT + "schedule: '0 5 * * *'\nrestart_policy: always\n",
        AGENT + "schedule: '0 5 * * *'\n",
    ),
    (
        "endless-oneshot",
        "type oneshot is for a program that ends, and 'always' starts it again",
        AGENT + "type: oneshot\nrestart: always\n",
        AGENT + "type: oneshot\n",
    ),
    (
        "bad-schedule",
        "one of cron, calendar and every says when",
        AGENT + "schedule: {cron: '* * * * *', every: 5m}\n",
        AGENT + "schedule: {every: 5m}\n",
    ),
    (
        "bad-schedule",
        "'every' knows no time zone",
        AGENT + "schedule: {every: 5m, timezone: UTC}\n",
        AGENT + "schedule: {calendar: daily, timezone: UTC}\n",
    ),
    (
        "bad-cron",
        "'61' is not a minute from 0 to 59",
        AGENT + "schedule: '61 * * * *'\n",
        AGENT + "schedule: '59 * * * *'\n",
    ),
    (
        "bad-backoff",
        "max_delay (1m) is shorter than initial_delay (2m)",
        AGENT + "backoff: {initial_delay: 2m}\n",
        AGENT + "backoff: {initial_delay: 2m, max_delay: 3m}\n",
    ),
    (
        "window-too-short",
        "5 restarts cannot happen within 1m: their delays alone take 1m3s, so the agent is never "
        "given up",
        AGENT + "max_restarts: 5\nrestart_window: 1m\n",
        AGENT + "max_restarts: 5\nrestart_window: 10m\n",
    ),
    (
        "no-effect",
        "restart_window without max_restarts counts nothing",
        AGENT + "restart_window: 1m\n",
        AGENT + "max_restarts: 1\nrestart_window: 1m\n",
    ),
    (
        "no-effect",
        "max_restarts with restart_policy never counts nothing",
        AGENT + "max_restarts: 1\nrestart: no\n",
        AGENT + "max_restarts: 0\nrestart: no\n",
    ),
    (
        "pid-file",
        "without pid_file the main process of a forking agent is guessed",
        AGENT + "type: forking\n",
        AGENT + "type: forking\npid_file: /run/a.pid\n",
    ),
    (
        "pid-file",
        "pid_file is only read with type: forking",
        AGENT + "pid_file: /run/a.pid\n",
        AGENT,
    ),
    (
        "type-notify",
        "the start hangs until the program itself sends READY=1 (sd_notify)",
        AGENT + "type: notify\n",
        AGENT + "type: exec\n",
    ),
    (
        "no-reload",
        "nothing says how this agent reloads",
        AGENT + "watch: {paths: a, action: reload}\n",
        AGENT + "watch: {paths: a, action: reload}\nreload_signal: HUP\n",
    ),
    (
        "limit-unreached",
        "the kernel kills the agent at 512M, before this limit is reached",
        AGENT + "resources: {memory_limit: 512M}\nlimits: {memory_above: 512M}\n",
        AGENT + "resources: {memory_limit: 512M}\nlimits: {memory_above: 400M}\n",
    ),
    (
        "limit-unreached",
        "the agent is killed at 512M, before memory_high slows it down",
        AGENT + "resources: {memory_limit: 512M, memory_high: 1G}\n",
        AGENT + "resources: {memory_limit: 512M, memory_high: 400M}\n",
    ),
    (
        "log-files",
        "nothing is written to a file: the journal keeps the output",
        AGENT + "logging: {max_size: 5M}\n",
        AGENT + "logging: {max_size: 5M, stdout: /var/log/a.log}\n",
    ),
    (
        "log-files",
        "/var/log/a.log would be rotated twice",
        AGENT + "logging: {stdout: /var/log/a.log, files: [/var/log/a.log]}\n",
        AGENT + "logging: {stdout: /var/log/a.log, files: [/var/log/b.log]}\n",
    ),
    (
        "unconfined-root",
        "root without a sandbox may do anything",
        AGENT + "user: root\nhardening: off\n",
        AGENT + "user: root\nhardening: relaxed\n",
    ),
    (
        "shell-word",
        "'source' is a word of the shell, not a program",
        "name: a\ncmd: source venv/bin/activate\n",
        "name: a\nshell: true\ncmd: source venv/bin/activate\n",
    ),
    (
        "shell-word",
        "'PORT=' before a program needs a shell",
        "name: a\ncmd: PORT=1 ./a\n",
        "name: a\ncmd: ./PORT=1 ./a\n",
    ),
    (
        "bad-reference",
        "${NOPE} is not in this agent's environment",
        "name: a\ncmd: a ${NOPE}\n",
        "name: a\ncmd: a ${B} ${K} ${HOME} $${NOPE}\nenv: {B: c}\nsecrets: [K]\n",
    ),
    (
        "bad-reference",
        "systemd has no defaults in commands: ${B:-c}",
        "name: a\ncmd: a ${B:-c}\nenv: {B: c}\n",
        "name: a\nshell: true\ncmd: a ${B:-c}\n",
    ),
    (
        "bad-reference",
        "the program itself cannot be a variable",
        "name: a\ncmd: ${B}/a\nenv: {B: c}\n",
        "name: a\ncmd: a ${B}\nenv_file: b.env\n",
    ),
    (
        "literal-sign",
        "'$HOME' stays as it is written",
        "name: a\ncmd: a $HOME\n",
        "name: a\ncmd: a $5 $$HOME ${HOME}\n",
    ),
    (
        "literal-sign",
        "'$PATH' stays as it is written",
        "name: a\ncmd: a\nenv: {PATH: '/opt/a/bin:$PATH'}\n",
        "name: a\ncmd: a\nenv: {PATH: '/opt/a/bin:${PATH}', PRICE: 5$, PASS: p$word$$AB}\n",
    ),
    (
        "literal-sign",
        "'~/b': only a shell expands ~",
        "name: a\ncmd: a ~/b\n",
        "name: a\ncmd: a b~\n",
    ),
    (
        "runs-away",
        "'--daemonize' lets the program run away: to the init system it has ended",
        "name: a\ncmd: a --daemonize\n",
        "name: a\ncmd: a --daemonize\ntype: forking\npid_file: /x\n",
    ),
    (
        "second-manager",
        "'pm2' manages processes itself: two managers fight over one program",
        "name: a\ncmd: /usr/bin/pm2 start x\n",
        "name: a\ncmd: node pm2\n",
    ),
    (
        "second-manager",
        "'sudo' cannot change the user inside the sandbox",
        "name: a\ncmd: sudo -u b c\n",
        "name: a\ncmd: c\nuser: b\n",
    ),
    (
        "clean-exit",
        "this program ends with 0 when it wants to be started again, and would stay down",
        "name: a\ncmd: openclaw gateway\n",
        "name: a\ncmd: openclaw gateway\nrestart: always\n",
    ),
    (
        "inline-secret",
        "the value of BOT_TOKEN looks like a secret: everyone on the machine can read it",
        AGENT + "env: {BOT_TOKEN: abcd1234}\n",
        AGENT + "env: {BOT_TOKEN: '${BOT_TOKEN}', TOKEN_FILE: /a, TOKENIZER: fast, KEY_ID: abcd}\n",
    ),
    (
        "inline-secret",
        "the value of DB looks like a secret: everyone on the machine can read it",
        AGENT + "env: {DB: 'postgres://u:pass@host/db'}\n",
        AGENT + "env: {DB: 'postgres://host/db'}\n",
    ),
    (
        "inline-secret",
        "a word looks like a secret: everyone sees it in ps(1)",
        "name: a\ncmd: a --key ghp_aaaaaaaaaaaaaaaaaaaaaaaa\n",
        "name: a\ncmd: a --key ${K}\nsecrets: [K]\n",
    ),
    (
        "given-twice",
        "K stands in 'env:' too",
        AGENT + "env: {K: a}\nsecrets: [K]\n",
        AGENT + "env: {K: a}\nsecrets: {K: {as: file}}\n",
    ),
    (
        "no-probe",
        "nothing says how to ask the agent",
        AGENT + "health_check: {interval: 5s, timeout: 1s}\n",
        AGENT + "health_check: {enabled: false}\n",
    ),
    (
        "no-probe",
        "'http' and 'tcp': one probe for an agent",
        AGENT + "health_check: {http: http://localhost/, tcp: 80}\n",
        AGENT + CHECK,
    ),
    (
        "gate",
        "the agent is killed after start_timeout (1m30s), while it may still warm up",
        AGENT + "health_check: {tcp: 80, gate: true, start_period: 2m}\n",
        AGENT + "health_check: {tcp: 80, gate: true, start_period: 2m}\nstart_timeout: 3m\n",
    ),
    (
        "check-pace",
        "a check may take 1m, longer than the interval of 10s",
        AGENT + "health_check: {tcp: 80, timeout: 1m}\n",
        AGENT + "health_check: {tcp: 80, timeout: 1m, interval: 2m}\n",
    ),
    (
        "kill-code",
        "an unhealthy agent ends with SIGTERM, and would stay down",
        AGENT + CHECK + "no_restart_exit_codes: [3, TERM]\n",
        AGENT + CHECK + "no_restart_exit_codes: [3]\n",
    ),
    (
        "stays-down",
        "an unhealthy agent is ended and, with 'never', stays down",
        AGENT + CHECK + "restart: never\n",
        AGENT + "health_check: {tcp: 80, on_failure: none}\nrestart: never\n",
    ),
    (
        "no-limit",
        "no figure is watched",
        AGENT + "limits: {for: 5s}\n",
        AGENT + "limits: {cpu_above: 90%, for: 5s}\n",
    ),
    (
        "no-effect",
        "via: notify does not use a socket",
        AGENT + "heartbeat: {socket: /run/a.sock}\n",
        AGENT + "heartbeat: {socket: /run/a.sock, via: socket}\n",
    ),
    (
        "no-channel",
        "no channel is named: nobody is told",
        AGENT + "notifications: {on_restart: true}\n",
        AGENT + "notifications: {on_restart: true, channels: [slack]}\n",
    ),
    (
        "dependency-cycle",
        "dependency cycle: a → b → c → a",
        "agents:\n  a: {cmd: a, depends_on: [b]}\n  b: {cmd: b, depends_on: [c]}\n"
        "  c: {cmd: c, depends_on: [a]}\n",
        "agents:\n  a: {cmd: a, depends_on: [b, c]}\n  b: {cmd: b, depends_on: [c]}\n"
        "  c: {cmd: c, depends_on: [elsewhere]}\n",
    ),
    (
        "dependency-cycle",
        "dependency cycle: a → a",
        AGENT + "depends_on: [a]\n",
        AGENT + "depends_on: [b]\n",
    ),
    (
        "bad-dependency",
        "'b' has no health check: it is never healthy",
        "agents:\n  a: {cmd: a, depends_on: {b: {condition: healthy}}}\n  b: {cmd: b}\n",
        "agents:\n  a: {cmd: a, depends_on: {b: {condition: healthy}}}\n"
        "  b: {cmd: b, health_check: {tcp: 80}}\n",
    ),
    (
        "bad-dependency",
        "'b' is not expected to end",
        "agents:\n  a: {cmd: a, depends_on: {b: {condition: completed_successfully}}}\n"
        "  b: {cmd: b}\n",
        "agents:\n  a: {cmd: a, depends_on: {b: {condition: completed_successfully}}}\n"
        "  b: {cmd: b, type: oneshot}\n",
    ),
    (
        "shared-file",
        "/var/log/x.log belongs to 'a' already",
        "agents:\n  a: {cmd: a, logging: {stdout: /var/log/x.log}}\n"
        "  b: {cmd: b, logging: {stderr: /var/log/x.log}}\n",
        "agents:\n  a: {cmd: a, logging: {stdout: /var/log/x.log, stderr: /var/log/x.log}}\n"
        "  b: {cmd: b, logging: {stderr: /var/log/y.log}}\n",
    ),
    (
        "duplicate-name",
        "'a' is given twice",
        "agents:\n- {name: a, cmd: a}\n- {name: a, cmd: b}\n",
        "agents:\n- {name: a, cmd: a}\n- {name: A, cmd: b}\n",
    ),
)
