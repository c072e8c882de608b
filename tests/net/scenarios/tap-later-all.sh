#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The same with -i all.
export TAP_NAME=all
. "$(dirname "$0")/tap-later.sh"
