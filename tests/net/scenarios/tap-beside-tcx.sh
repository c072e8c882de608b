#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same with our programs attached by tcx (Linux 6.6).
# The scenario itself is in tap-beside.sh.
tcx_works() { [ -z "$("${IDLEWATCH:-build/idlewatch}" -i lo --tc tcx -d 1 2>&1 >/dev/null | grep 'tcx came')" ]; }
tcx_works || { echo "  tap-beside-tcx: this kernel has no tcx" >&2; exit 77; }
export TAP_HOW=tcx
. "$(dirname "$0")/tap-beside.sh"
