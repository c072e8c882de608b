#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A server whose one connection is held in a way that a test names.

    owner.py MODE ADDRESS PORT

Modes: forked (parent and three children), duplicated (one process, two descriptors
and a thread), passed (accepted here, sent to another process by SCM_RIGHTS, closed
here), worker (a child accepts on the inherited listener), exec (kept through exec of
sleep), daemon (a grandchild whose parent has ended), later (as passed, but only
when "pass" is read).

Prints "listening RECEIVER-PID", and once the connection stands "held PID,PID..." with
those that hold it, by rising PID. Ends when standard input ends; "pass" passes it.
"""
import array
import os
import signal
import socket
import sys
import threading

mode, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
children = []


def say(*words):
    print(*words, flush=True)


def held(*pids):
    say("held", ",".join(str(p) for p in sorted(pids)))


def fork(run):
    """Runs run() in a child, which ends when this process does."""
    pid = os.fork()
    if pid == 0:
        os.close(0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        run()
        os._exit(0)
    children.append(pid)
    return pid


def forever():
    signal.pause()


def until_told(word=""):
    """Reads standard input up to that word, or to its end."""
    for line in sys.stdin:
        if line.strip() == word and word:
            return


def receive(channel):
    message, control, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(4))
    assert message and control
    kept = array.array("i", control[0][2])
    channel.sendall(b"k")
    channel.close()
    assert len(kept) == 1
    forever()


def send(channel, conn):
    channel.sendmsg([b"c"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [conn.fileno()]))])
    assert channel.recv(1) == b"k"
    conn.close()


def start_receiver(listener):
    here, there = socket.socketpair()

    def run():
        listener.close()
        here.close()
        receive(there)

    pid = fork(run)
    there.close()
    return here, pid


def accept(listener):
    conn, _ = listener.accept()
    return conn


def main():
    listener = socket.create_server((address, port))
    receiver = 0
    if mode in ("passed", "later"):
        channel, receiver = start_receiver(listener)
    say("listening", receiver)
    if mode == "forked":
        conn = accept(listener)
        held(os.getpid(), *[fork(forever) for _ in range(3)])
        until_told()
    elif mode == "duplicated":
        conn = accept(listener)
        again = os.dup(conn.fileno())
        threading.Thread(target=forever_in_thread, daemon=True).start()
        held(os.getpid())
        until_told()
        os.close(again)
    elif mode == "passed":
        send(channel, accept(listener))
        held(receiver)
        until_told()
    elif mode == "later":
        conn = accept(listener)
        held(os.getpid())
        until_told("pass")
        send(channel, conn)
        held(receiver)
        until_told()
    elif mode == "worker":
        ready, tell = os.pipe()

        def work():
            conn = accept(listener)
            os.write(tell, b"a")
            forever()
            conn.close()

        workers = [fork(work) for _ in range(1)]
        os.read(ready, 1)
        held(workers[0])
        until_told()
    elif mode == "exec":
        conn = accept(listener)
        os.set_inheritable(conn.fileno(), True)
        listener.close()
        held(os.getpid())
        os.execvp("sleep", ["sleep", "60"])
    elif mode == "daemon":
        conn = accept(listener)
        ready, tell = os.pipe()

        def detach():
            pid = os.fork()
            if pid == 0:
                os.write(tell, b"%d\n" % os.getpid())
                forever()
            os._exit(0)

        os.waitpid(fork(detach), 0)
        grandchild = int(os.read(ready, 20))
        children[:] = [grandchild]
        conn.close()
        held(grandchild)
        until_told()


def forever_in_thread():
    threading.Event().wait()


def end(*_):
    for pid in children:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    os._exit(0)


signal.signal(signal.SIGTERM, end)
try:
    main()
finally:
    end()
