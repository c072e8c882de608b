# SPDX-License-Identifier: BSD-2-Clause
#
# Adds a variable of each type to a preprocessed vmlinux.h, so that the compiler
# writes all of them into the object's BTF and not just those in use:
#
#	clang -E -P vmlinux.h | sed -f check_btf_surface.sed | clang -x c -
/^\(struct\|union\|enum\) [A-Za-z0-9_]* {$/{
	p
	s/^\(.*\) \(.*\) {$/\1 \2 keep_\2;/
	H
	d
}
/^} [A-Za-z0-9_]*;$/{
	p
	s/^} \(.*\);$/\1 keep_\1;/
	H
	d
}
${
	p
	x
}
