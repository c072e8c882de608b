#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4 6
# boxes: firewall outside
# outside families: 6
# A firewall that forgets after 8 s, and TCP keepalives after 6, 7, 9 s.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

bracket_by_keepalive 8 6 7 9
