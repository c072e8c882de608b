#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What many connections cost: `make bench-many`.

    many.py IDLEWATCH CONNECTIONS

Makes CONNECTIONS connections over loopback in a network namespace of its own, all held
by one process (their other ends by others, as a process holds 20,000 descriptors at
most), and prints, from one run, medians of five:

- `idlewatch list -p PID` against `ss -tinp`, both to /dev/null;
- the start of a watch with them and without them.
"""
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

idlewatch, count = sys.argv[1], int(sys.argv[2])
PER_HELPER = 15000
ROUNDS = 5


def timed(*command):
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def start_of_watch():
    """Seconds until the line that says that every hook is in place."""
    start = time.monotonic()
    process = subprocess.Popen([idlewatch, "-j"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdout.readline()
    seconds = time.monotonic() - start
    process.send_signal(signal.SIGTERM)
    process.communicate()
    return seconds


def median(measure, *args):
    return statistics.median(measure(*args) for _ in range(ROUNDS))


def hold(connections, port):
    """A child that accepts so many and keeps them; returns its PID and the listener's port."""
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    pid = os.fork()
    if pid == 0:
        kept = [listener.accept()[0] for _ in range(connections)]
        signal.pause()
        os._exit(len(kept) % 2)
    listener.close()
    return pid


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    empty = median(start_of_watch)
    helpers, kept = [], []
    try:
        for port in range(7000, 7000 + (count + PER_HELPER - 1) // PER_HELPER):
            n = min(PER_HELPER, count - len(kept))
            helpers.append(hold(n, port))
            for _ in range(n):
                kept.append(socket.create_connection(("127.0.0.1", port)))
        pid = str(os.getpid())
        listed = median(timed, idlewatch, "list", "-p", pid)
        listed_json = median(timed, idlewatch, "list", "-j", "-p", pid)
        ss = median(timed, "ss", "-tinp")
        full = median(start_of_watch)
        print(f"{len(kept)} connections of one process, medians of {ROUNDS}")
        print(f"list -p     {listed:.3f} s, {listed / ss:.2f} of ss -tinp")
        print(f"list -j -p  {listed_json:.3f} s, {listed_json / ss:.2f} of ss -tinp")
        print(f"ss -tinp    {ss:.3f} s")
        print(f"start       {full:.3f} s, {empty:.3f} s on an empty host: {full - empty:+.3f} s")
    finally:
        for helper in helpers:
            os.kill(helper, signal.SIGKILL)
            os.waitpid(helper, 0)


main()
