#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same with our programs attached by tcx (Linux 6.6).
# The scenario itself is in tap-beside.sh.
! "${IDLEWATCH:-build/idlewatch}" -i lo --tc tcx -d 1 2>&1 | grep -q 'tcx came with' ||
	{ echo "  tap-beside-tcx: this kernel has no tcx" >&2; exit 77; }
export TAP_HOW=tcx
. "$(dirname "$0")/tap-beside.sh"
