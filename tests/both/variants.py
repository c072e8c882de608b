#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""variants.py PCAP DIR: the same capture as other tools and other machines would write it, and
spoilt in several ways."""
import os
import struct
import sys


def read(path):
    """Packets of a little-endian pcap in microseconds: (s, us, wire length, bytes)."""
    with open(path, "rb") as file:
        data = file.read()
    at, packets = 24, []
    while at < len(data):
        s, us, caplen, length = struct.unpack_from("<IIII", data, at)
        packets.append((s, us, length, data[at + 16 : at + 16 + caplen]))
        at += 16 + caplen
    return packets


def pcap(packets, order="<", nano=False, link=1, snap=262144):
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)
    for s, us, length, data in packets:
        data = data[:snap]
        out += struct.pack(order + "IIII", s, us * 1000 if nano else us, len(data), length) + data
    return out


def cooked(data, ours):
    """Ethernet to Linux cooked, as `tcpdump -i any` writes it."""
    way = 4 if data[26:30] == ours else 0
    return struct.pack(">HHH8s", way, 1, 6, b"") + data[12:]


def main(path, where):
    packets = read(path)
    first = packets[0][3][26:30]
    udp = (packets[0][0], 0, 60, packets[0][3][:23] + b"\x11" + packets[0][3][24:])
    arp = (packets[0][0], 0, 42, b"\xff" * 12 + b"\x08\x06" + b"\0" * 28)
    vlan = [(s, us, n + 4, d[:12] + b"\x81\0\0\x05" + d[12:]) for s, us, n, d in packets]
    whole = pcap(packets)
    files = {
        "big-endian.pcap": pcap(packets, order=">"),
        "nanoseconds.pcap": pcap(packets, nano=True),
        "big-nano.pcap": pcap(packets, order=">", nano=True),
        "snap64.pcap": pcap(packets, snap=64),
        "snap40.pcap": pcap(packets, snap=40),
        "raw.pcap": pcap([(s, us, n - 14, d[14:]) for s, us, n, d in packets], link=101),
        "vlan.pcap": pcap(vlan),
        "any.pcap": pcap([(s, us, n + 2, cooked(d, first)) for s, us, n, d in packets], link=113),
        "middle.pcap": pcap(packets[3:]),
        "mixed.pcap": pcap([arp, udp] + packets),
        "no-tcp.pcap": pcap([arp, udp]),
        "bluetooth.pcap": pcap(packets, link=187),
        "cut.pcap": whole[:-20],
        "header-only.pcap": whole[:24],
        "half-header.pcap": whole[:10],
        "backwards.pcap": pcap(packets[:1] + [(s - 5, us, n, d) for s, us, n, d in packets[1:2]] + packets[2:]),
    }
    for name, data in files.items():
        with open(os.path.join(where, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
