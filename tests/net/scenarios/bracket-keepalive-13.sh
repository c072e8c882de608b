#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# takes minutes
# families: 4
# A firewall that forgets after 13 s, and TCP keepalives after 11, 12, 14 s.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../paths.sh"

bracket_by_keepalive 13 11 12 14
