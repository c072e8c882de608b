#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""many.py CONNECTIONS [BYTES]: lines of so many dead connections, again and again until there
are so many bytes; without BYTES each once."""
import sys

LINE = (
    '{"schema":1,"ts":"2026-11-22T%02d:%02d:%02d.000000000Z","ts_mono_ns":%d,"host":"many",'
    '"event":"path-dead","verdict":"path-dead","cause":"idle","confidence":"likely",'
    '"trigger":"keepalive","conn":"%x","pid":1,"comm":"x","pids":[1],"uid":0,"netns":1,'
    '"family":"ipv4","state":"ESTAB","local_addr":"10.%d.%d.%d","local_port":%d,'
    '"peer_addr":"10.0.0.1","peer_port":22,"direction":"outgoing","idle_ms":7200000,'
    '"last_heard_ms":7350000,"silence_ms":150000,"gives_up_in_ms":500000,"probes_sent":3,'
    '"probes_answered":0,"probes_unanswered":3,"probes_failed":0,"retransmits":0,'
    '"unacked_bytes":0,"snd_una":%d,"snd_nxt":%d,"rcv_nxt":%d,"keepalive":true,'
    '"keepalive_time_s":7200,"keepalive_intvl_s":75,"keepalive_probes":9,"rst_seen":false,'
    '"fin_seen":false,"icmp_seen":false,"local_drop":false,"waited_ms":300,"heard_unreached":0}\n'
)


def main(connections, size):
    written = turn = 0
    while written < size or not turn:
        block = []
        for i in range(connections):
            s = (i + turn * 7) % 86400
            seq = i * 2654435761 % 2**32
            block.append(
                LINE
                % (s // 3600, s // 60 % 60, s % 60, (10**6 + s) * 10**9, i + 1, i >> 16 & 255,
                   i >> 8 & 255, i & 255, 1024 + i % 60000, seq, seq, seq * 40503 % 2**32)
            )
        text = "".join(block)
        sys.stdout.write(text)
        written += len(text)
        turn += 1


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
