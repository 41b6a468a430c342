"""The least that starts many programs in Python: read a list of command lines in JSON, posix_spawn
each, and wait for their ends in epoll. Used by `start.py` and `footprint.py`."""

import json
import os
import select
import signal
import sys

read_end, write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
epoll = select.epoll()
epoll.register(read_end, select.EPOLLIN)
with open(sys.argv[1]) as file:
    commands = json.load(file)
running = {os.posix_spawn(argv[0], argv, os.environ, setsid=True): argv for argv in commands}
while running:
    epoll.poll()
    os.read(read_end, 4096)
    while pid := os.waitpid(-1, os.WNOHANG)[0]:
        argv = running.pop(pid)
        running[os.posix_spawn(argv[0], argv, os.environ, setsid=True)] = argv
