#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# initramfs.sh NAME OUT: write to OUT the initramfs for the kernel NAME of
# kernels.list: a base with the programs tests use, taken from this machine with
# their libraries, and the kernel's modules. Both are kept beside the kernel in
# build/vm and made again when a program or these scripts change. The kernel is
# fetched if need be. Exit status: 0, 2 usage, 77 no such kernel to be had, 125.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

# Real ones, not busybox's: its own differ in options, and those that run other
# programs prefer its ip or modprobe to the real thing.
readonly PROGRAMS="
	bash bpftool ip nft ss sysctl tc
	basename cat chgrp chmod chown chroot cksum comm cp cut date dd df dirname
	du echo env expr false head id install join ln ls mkdir mkfifo mknod mktemp
	mv nice nl nohup nproc od paste printenv printf pwd readlink realpath rm
	rmdir seq sha256sum shuf sleep sort split stat stty sync tac tail tee test
	timeout touch tr true truncate tty uname uniq wc whoami yes
	awk cmp diff find flock grep gzip kill mount mountpoint nsenter pgrep
	pidof pkill prlimit ps script sed setpriv setsid tar taskset umount unshare xargs
"
# Taken along where this machine has them; a test that needs one looks for it.
readonly EXTRAS="conntrack jq ping socat"

# Below the kernel's modules directory, with or without .xz.
readonly MODULES="
	net/802 net/8021q net/bridge net/core net/ipv4 net/ipv6 net/llc net/mptcp
	net/netfilter net/netlink net/packet net/sched net/tls net/unix net/xfrm
	lib drivers/virtio drivers/block/virtio_blk.ko drivers/net/dummy.ko
	drivers/net/ifb.ko drivers/net/macvlan.ko drivers/net/tun.ko
	drivers/net/veth.ko drivers/net/vrf.ko
	crypto/crc32c_generic.ko crypto/crc32c-cryptoapi.ko
	arch/x86/crypto/crc32c-intel.ko
"

# locate PROGRAM...: "name path" of each. busybox's own are no use here.
locate() {
	local program path

	for program; do
		path=$(type -P "$program") && echo "$program $path"
	done
}

# archive DIR FILE: everything in DIR as a cpio, owned by root.
archive() {
	(cd "$1" && find . -mindepth 1 -print0 | sort -z |
		cpio --quiet --null --create --format=newc --owner=0:0) >"$2.new" ||
		die "$VM_EXIT_HARNESS" "cannot write $2"
	mv "$2.new" "$2"
}

# add_program NAME PATH: into $work/base with its libraries, each at its own
# place below /usr: the guest's /bin, /lib and so on are links into it.
add_program() {
	local library

	cp -L "$2" "$work/base/usr/bin/$1" || die "$VM_EXIT_HARNESS" "cannot copy $2"
	ldd "$2" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
		[[ -e $work/base/usr/${library#/usr} ]] ||
			install -D -m 755 "$library" "$work/base/usr/${library#/usr}"
	done
}

# make_base FILE
make_base() {
	local base=$work/base name path applet

	mkdir -p "$base"/usr/{bin,lib,lib64} "$base"/{dev,etc,proc,results,root,run,sys,t,vm} \
		"$base/var" || exit "$VM_EXIT_HARNESS"
	install -d -m 1777 "$base/tmp" "$base/var/tmp"
	ln -s bin "$base/usr/sbin"
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$base"
	ln -s ../run "$base/var/run"
	ln -s ../proc/self/mounts "$base/etc/mtab"
	while read -r name path; do
		add_program "$name" "$path"
	done <<<"$located"
	cp "$(type -P busybox)" "$base/usr/bin/busybox"
	ln -s bash "$base/usr/bin/sh"
	for applet in $(busybox --list); do
		[[ -e $base/usr/bin/$applet ]] || ln -s busybox "$base/usr/bin/$applet"
	done
	install -m 755 "$VM_DIR/init" "$base/init"
	printf '%s\n' root:x:0:0::/root:/bin/bash \
		nobody:x:65534:65534::/nonexistent:/bin/false >"$base/etc/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: >"$base/etc/group"
	printf '%s\n' '127.0.0.1 localhost guest' '::1 localhost' >"$base/etc/hosts"
	# Names of protocols, services and routing tables for nft and ip; the
	# locale for printf and awk.
	for path in /etc/protocols /etc/services /etc/iproute2 /usr/lib/locale/C.utf8; do
		[[ -e $path ]] || continue
		mkdir -p "$base$(dirname "$path")"
		cp -rL "$path" "$base$path"
	done
	archive "$base" "$1"
}

# make_modules FILE
make_modules() {
	local kernel=$VM_CACHE/kernel-$name release tree module path

	read -r release <"$kernel/release"
	tree=$work/modules/usr/lib/modules/$release
	mkdir -p "$tree"
	cp "$kernel"/modules/modules.{builtin,builtin.modinfo,order} "$tree"
	for module in $MODULES; do
		for path in "kernel/$module" "kernel/$module.xz"; do
			[[ -e $kernel/modules/$path ]] || continue
			mkdir -p "$(dirname "$tree/$path")"
			cp -r "$kernel/modules/$path" "$tree/$path"
		done
	done
	find "$tree" -name '*.ko.xz' -exec xz -d {} +
	# 5.10's and 6.1's carry debugging information; .BTF stays.
	find "$tree" -name '*.ko' -exec strip --strip-debug {} +
	# depmod and the guest's modprobe are both busybox's.
	ln -s usr/lib "$work/modules/lib"
	busybox depmod -b "$work/modules" "$release" || die "$VM_EXIT_HARNESS" "depmod failed"
	rm "$work/modules/lib"
	archive "$work/modules" "$1"
}

# cached PREFIX MAKER KEY: have PREFIX-KEY.cpio, only the newest, made by MAKER.
cached() {
	local file=$1-$3.cpio

	[[ -e $file ]] && return
	rm -f "$1"-*.cpio
	"$2" "$file"
}

[[ $# -eq 2 ]] || die "$VM_EXIT_USAGE" "usage: initramfs.sh NAME OUT"
name=$1
out=$2
PATH=$PATH:/usr/sbin:/sbin

need busybox cpio strip xz flock ldd
# shellcheck disable=SC2086 # lists of words
need $PROGRAMS
"$VM_DIR/fetch.sh" "$name" || exit
# shellcheck disable=SC2086
located=$(locate $PROGRAMS $EXTRAS)
base_key=$({
	cat "$VM_DIR/init" "$VM_DIR/initramfs.sh"
	awk '{ print $2 }' <<<"$located" | xargs stat -L -c '%n %s %Y'
} | sha256sum | cut -c 1-16)
modules_key=$(sha256sum <"$VM_DIR/initramfs.sh" | cut -c 1-16)

hold "$VM_CACHE/.lock-initramfs"
work=$(mktemp -d "$VM_CACHE/.initramfs.XXXXXX") || exit "$VM_EXIT_HARNESS"
trap 'rm -rf "$work"' EXIT
cached "$VM_CACHE/base" make_base "$base_key"
cached "$VM_CACHE/kernel-$name/modules" make_modules "$modules_key"
cat "$VM_CACHE/base-$base_key.cpio" "$VM_CACHE/kernel-$name/modules-$modules_key.cpio" >"$out" ||
	die "$VM_EXIT_HARNESS" "cannot write $out"
