#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares `idlewatch list -j` with `ss -tinoep`, field by field.

    list.py IDLEWATCH CONNECTIONS LINES

Makes CONNECTIONS connections (both ends) in this network namespace, in many states and
with many settings, lists them with both tools and prints a line for each difference and
at last "compared N connections: N differences". Keeps what idlewatch wrote in LINES. Run
it in a namespace of its own.

Where ss is right the two must be equal. It is known to differ in the age of what was
last heard, where the peer's keepalives are all that was: ss never heard of them. What
is only waited out (TIME-WAIT, and FIN-WAIT-2 of closed sockets) idlewatch leaves out.
"""
import json
import re
import socket
import struct
import subprocess
import sys
import time

idlewatch, count, lines = sys.argv[1], int(sys.argv[2]), sys.argv[3]
slack_ms = 0  # between the two tools' looks: measured
differences = 0
kept = []
by_conn = {}


def differs(conn, what, ours, theirs):
    global differences
    differences += 1
    print(f"{conn}: {what}: idlewatch {ours}, ss {theirs}", flush=True)


def keepalive(sock, idle, interval, probes):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)


def pair(listener):
    client = socket.create_connection(listener.getsockname()[:2])
    server, _ = listener.accept()
    kept.extend((client, server))
    return client, server


def fill(sock):
    sock.setblocking(False)
    try:
        while True:
            sock.send(b"x" * 65536)
    except BlockingIOError:
        pass


def make(i, listener):
    """The i-th connection, of a kind that i chooses."""
    client, server = pair(listener)
    kind = i % 8
    if kind == 1:
        keepalive(client, 100 + i, 10, 5)
    elif kind == 2:
        client.shutdown(socket.SHUT_WR)  # FIN-WAIT-2 here, CLOSE-WAIT there
    elif kind == 3:
        server.sendall(b"hello")
        client.recv(5)
    elif kind == 4 and i < 80:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        fill(client)  # unacknowledged and unsent data, zero window
        if i % 16 == 4:  # FIN-WAIT-1: closed, and held by nobody
            kept.remove(client)
            client.close()
    elif kind == 5:
        keepalive(server, 7200, 75, 9)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30000 + i)
    elif kind == 6:
        client.sendall(b"hello")  # received, not read: CLOSE-WAIT with data later
    elif kind == 7:
        kept.remove(client)
        client.close()  # FIN-WAIT-2 without an owner, CLOSE-WAIT there


def make_unanswered(ours):
    """SYN-SENT: connections to an address that nobody has."""
    for _ in range(5):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex((ours, 9))
        kept.append(sock)


def key(local, lport, peer, pport):
    return f"{local}:{lport} {peer}:{pport}"


def clean(address):
    return address.strip("[]").removeprefix("::ffff:").split("%")[0]


def number(text, pattern):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else None


def timer_ms(text):
    """`1min57sec`, `9.980ms`, `119min`, `200ms` as ss prints a timer."""
    units = {"min": 60000, "sec": 1000, "ms": 1}
    found = re.search(r"timer:\(keepalive,([^,]*),", text)
    if not found:
        return None
    parts = re.findall(r"([\d.]+)(min|sec|ms)", found.group(1))
    # "1.588ms" is 1 s and 588 ms: ss prints a dot between them.
    total = 0
    for value, unit in parts:
        if unit == "ms" and "." in value:
            seconds, ms = value.split(".")
            total += int(seconds) * 1000 + int(ms)
        else:
            total += float(value) * units[unit]
    return total


def from_ss():
    text = subprocess.run(["ss", "-tinoepHO"], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in text.splitlines():
        state, _, sendq, local, peer, rest = (line + " ").split(None, 5)
        if state in ("TIME-WAIT", "SYN-RECV") or "timer:(timewait" in rest:
            continue
        laddr, lport = local.rsplit(":", 1)
        paddr, pport = peer.rsplit(":", 1)
        found[key(clean(laddr), lport, clean(paddr), pport)] = {
            "state": state,
            "sendq": int(sendq),
            "rest": rest,
        }
    return found


def from_idlewatch(netns):
    text = subprocess.run([idlewatch, "list", "-j"], capture_output=True, text=True, check=True).stdout
    found = {}
    with open(lines, "w", encoding="utf-8") as out:
        out.write(text)
    for line in text.splitlines():
        o = json.loads(line)
        if o["netns"] == netns:
            found[key(o["local_addr"], o["local_port"], o["peer_addr"], o["peer_port"])] = o
    return found


def near(ours, theirs):
    """An age younger than the time between the looks began between them."""
    return abs(ours - theirs) <= slack_ms or theirs <= slack_ms


def compare(conn, ours, theirs, heard_by_keepalive):
    rest = theirs["rest"]
    if ours["state"] != theirs["state"]:
        differs(conn, "state", ours["state"], theirs["state"])
    if int(ours["conn"], 16) != int(re.search(r"sk:([0-9a-f]+)", rest).group(1), 16):
        differs(conn, "cookie", ours["conn"], rest)
    if ours["uid"] != (number(rest, r"uid:(\d+)") or 0):
        differs(conn, "uid", ours["uid"], rest)
    pids = sorted({int(p) for p in re.findall(r"pid=(\d+)", rest)})
    if ours.get("pids", []) != pids:
        differs(conn, "pids", ours.get("pids"), pids)
    compare_settings(conn, ours)
    compare_data(conn, ours, theirs)
    if ours["state"] == "SYN-SENT":
        for age in ("idle_ms", "last_heard_ms", "data_sent_ms", "risk"):
            if age in ours:
                differs(conn, age, ours[age], "nothing: not connected")
        return
    for our, their in (("data_sent_ms", "lastsnd"), ("data_heard_ms", "lastrcv"), ("last_heard_ms", "lastack")):
        value = number(rest, their + r":(\d+)") or 0
        if our == "last_heard_ms":  # of the two that the kernel keeps the younger
            value = min(value, number(rest, r"lastrcv:(\d+)") or 0)
            if conn in heard_by_keepalive:
                if not ours[our] < 1700 + slack_ms < value:
                    differs(conn, our, ours[our], value)
                continue
        if our not in ours and not re.search(r"data_segs_out|data_segs_in", rest):
            continue  # nothing was ever sent: the age is the handshake's
        if our not in ours:
            flag = "data_segs_out" if our == "data_sent_ms" else "data_segs_in"
            if flag in rest:
                differs(conn, our, "nothing", value)
            continue
        if not near(ours[our], value):
            differs(conn, our, ours[our], value)
    compare_idle(conn, ours, rest, heard_by_keepalive)
    compare_timer(conn, ours, rest)


def compare_settings(conn, ours):
    """What the sockets of this process were given; ss does not show it."""
    sock = by_conn.get(conn)
    if sock is None:
        return
    wanted = {
        "keepalive": bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)),
        "keepalive_time_s": sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
        "keepalive_intvl_s": sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
        "keepalive_probes": sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
        "user_timeout_ms": sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
    }
    for name, value in wanted.items():
        if ours.get(name, 0) != value:
            differs(conn, name, ours.get(name), f"(getsockopt) {value}")
    if ours["state"] == "SYN-SENT":
        return
    risk = "no-keepalive" if not wanted["keepalive"] else "keepalive-too-late" if wanted["keepalive_time_s"] >= 240 else "ok"
    if ours["risk"] != risk:
        differs(conn, "risk", ours["risk"], risk)
    if not ours["unacked_bytes"] and not wanted["user_timeout_ms"]:
        after = wanted["keepalive_time_s"] + wanted["keepalive_intvl_s"] * wanted["keepalive_probes"]
        if ours.get("noticed_after_ms") != (after * 1000 if wanted["keepalive"] else None):
            differs(conn, "noticed_after_ms", ours.get("noticed_after_ms"), after)


def compare_data(conn, ours, theirs):
    """Send-Q is what is not acknowledged, sent or not; unsent is told by notsent."""
    unacked = theirs["sendq"] - (number(theirs["rest"], r"notsent:(\d+)") or 0)
    if ours["state"] in ("FIN-WAIT-1", "LAST-ACK", "CLOSING", "SYN-SENT"):
        unacked = ours["unacked_bytes"]  # a FIN or SYN has a number, but is no byte for ss
    if ours["unacked_bytes"] != unacked:
        differs(conn, "unacked_bytes", ours["unacked_bytes"], unacked)


def compare_idle(conn, ours, rest, heard_by_keepalive):
    youngest = min(number(rest, name + r":(\d+)") or 0 for name in ("lastsnd", "lastrcv", "lastack"))
    if conn in heard_by_keepalive:
        if not ours["idle_ms"] < 1700 + slack_ms < youngest:
            differs(conn, "idle_ms, only keepalives heard", ours["idle_ms"], youngest)
    elif ours["idle_ms"] > youngest + slack_ms and youngest > slack_ms:
        differs(conn, "idle_ms", ours["idle_ms"], youngest)


def compare_timer(conn, ours, rest):
    due = timer_ms(rest)
    if "next_probe_ms" in ours:
        # ss prints minutes without seconds from ten minutes on.
        slack = 60000 if due and due >= 600000 else 1000 + slack_ms
        if due is None or abs(ours["next_probe_ms"] - due) > slack:
            differs(conn, "next_probe_ms", ours["next_probe_ms"], due)
    elif due is not None and ours["keepalive"] and "unacked" not in rest:
        differs(conn, "next_probe_ms", None, due)
    if bool(ours["keepalive"]) and due is None and "timer:" not in rest:
        differs(conn, "keepalive", True, rest)


def main():
    global slack_ms
    netns = int(subprocess.run(["stat", "-L", "-c", "%i", "/proc/self/ns/net"], capture_output=True, text=True, check=True).stdout)
    v4 = socket.create_server(("127.0.0.1", 7200), backlog=1000)
    v6 = socket.create_server(("::1", 7201), family=socket.AF_INET6, backlog=1000)
    heard_by_keepalive = set()
    for i in range(count // 2):
        make(i, v4 if i % 3 else v6)
    make_unanswered("10.77.9.9")
    for i in range(6):  # the server's end hears nothing but keepalives
        client, server = pair(v4)
        keepalive(client, 1, 1, 5)
        if i % 2:  # with keepalives of its own
            keepalive(server, 100 if i % 4 == 1 else 7200, 75, 9)
        here, there = server.getsockname(), server.getpeername()
        heard_by_keepalive.add(key(here[0], here[1], there[0], there[1]))
    for sock in kept:
        if sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 2:  # not SYN-SENT
            here, there = sock.getsockname(), sock.getpeername()
            by_conn[key(here[0], here[1], there[0], there[1])] = sock
    time.sleep(3.5)  # ages and keepalives need it
    started = time.monotonic()
    ours = from_idlewatch(netns)
    theirs = from_ss()
    slack_ms = (time.monotonic() - started) * 1000 + 50
    for conn in sorted(set(ours) ^ set(theirs)):
        differs(conn, "listed", conn in ours, conn in theirs)
    for conn in sorted(set(ours) & set(theirs)):
        compare(conn, ours[conn], theirs[conn], heard_by_keepalive)
    states = sorted({o["state"] for o in ours.values()})
    print("states:", " ".join(states), flush=True)
    print(f"compared {len(ours)} connections: {differences} differences", flush=True)
    # Nothing is to be sent again from a namespace that goes away.
    for sock in kept:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()


main()
