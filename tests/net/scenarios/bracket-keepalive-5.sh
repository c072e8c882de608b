#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# A firewall that forgets after 5 s, and TCP keepalives after 4, 6 s.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

bracket_by_keepalive 5 4 6
