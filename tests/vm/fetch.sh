#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fetch.sh NAME [DIR]: have the kernel NAME of kernels.list in DIR/kernel-NAME:
#
#	release   what uname -r says there
#	vmlinuz   the image qemu boots
#	btf       its type information, as in /sys/kernel/btf/vmlinux
#	modules/  what belongs into /usr/lib/modules/RELEASE
#
# DIR defaults to build/vm. Nothing is installed: apt works in a directory of
# its own and the packages are only unpacked. Returns at once when the kernel
# is there already; remove the directory to look for a newer one. Exit status:
# 0, 2 usage, 77 this kernel cannot be had, 125 anything else.
set -u
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC1091
. "$(dirname "$0")/lib.sh"

[[ $# -eq 1 || $# -eq 2 ]] || die "$VM_EXIT_USAGE" "usage: fetch.sh NAME [DIR]"
name=$1
dir=$(realpath -m "${2:-$VM_CACHE}")
suites=$(kernel_field "$name" 2)
pattern=$(kernel_field "$name" 3)
[[ -n $pattern ]] || die "$VM_EXIT_USAGE" "no kernel $name in ${VM_LIST##*/}"

target=$dir/kernel-$name
[[ -e $target/release ]] && exit 0

need apt-get dpkg-deb objcopy flock
mkdir -p "$dir" || exit "$VM_EXIT_HARNESS"
hold "$dir/.lock-$name"
# Another call may have fetched it while this one waited for the lock.
[[ -e $target/release ]] && exit 0
work=$(mktemp -d "$dir/.fetch-$name.XXXXXX") || exit "$VM_EXIT_HARNESS"
trap 'rm -rf "$work"' EXIT

# mirror SUITE: where this machine gets Debian from. Security suites live in an
# archive of their own; one is derived from the other when only that is in use.
mirror() {
	# shellcheck disable=SC2016 # the $(...) are apt's
	apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' |
		awk -v suite="$1" '
			$1 != "Debian" { next }
			$2 ~ /-security$/ { security = $3; next }
			{ main = $3 }
			END {
				sub("/$", "", main)
				sub("/$", "", security)
				if (security == "" && main != "")
					security = main "-security"
				print suite ~ /-security$/ ? security : main
			}'
}

# configure_apt SUITE: lists, archives and an empty status of our own. Of the
# machine's configuration only the way to the network is taken over; its hooks
# would tidy up the machine's own state.
configure_apt() {
	local uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	uri=$(mirror "$1")
	[[ -n $uri ]] || die "$VM_EXIT_SKIP" "kernel $name: apt knows no Debian mirror, run apt-get update"
	[[ -e $keyring ]] ||
		die "$VM_EXIT_SKIP" "kernel $name: package debian-archive-keyring is not installed"
	rm -rf "$work/apt"
	mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" || exit "$VM_EXIT_HARNESS"
	: >"$work/apt/status"
	echo "deb [arch=amd64 signed-by=$keyring] $uri $1 main" >"$work/apt/sources.list"
	{
		env -u APT_CONFIG apt-config dump | grep '^Acquire::'
		cat <<-EOF
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::Etc::sourcelist "$work/apt/sources.list";
			Dir::Etc::sourceparts "/dev/null";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "/dev/null";
			Dir::State "$work/apt";
			Dir::State::status "$work/apt/status";
			Dir::Cache "$work/apt";
			APT::Architecture "amd64";
			APT::Architectures { "amd64"; };
			APT::Sandbox::User "root";
		EOF
	} >"$work/apt.conf"
}

own_apt() {
	APT_CONFIG=$work/apt.conf "$@"
}

# parts PACKAGE: the packages with the files. A metapackage names the image, and
# from 7.x the image is split into image, binary, modules, base. Metapackages
# themselves are left out: they are empty, and not always still on the mirror.
parts() {
	own_apt apt-cache depends --recurse --important --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
		grep -E '^linux-(image|binary|modules|base)-[0-9]' | sort -u
}

# download: packages into $work/debs from the first suite that has them.
download() {
	local suite package packages

	for suite in ${suites//,/ }; do
		configure_apt "$suite"
		own_apt apt-get -qq update >"$work/log" 2>&1 || continue
		package=$(own_apt apt-cache pkgnames linux-image- | grep -Ex "$pattern" | sort -V | tail -n 1)
		[[ -n $package ]] || continue
		mapfile -t packages < <(parts "$package")
		rm -rf "$work/debs"
		mkdir "$work/debs" || exit "$VM_EXIT_HARNESS"
		(cd "$work/debs" && own_apt apt-get -qq download "${packages[@]}") \
			>"$work/log" 2>&1 && return
	done
	[[ ! -s $work/log ]] || sed 's/^/fetch.sh: /' "$work/log" >&2
	die "$VM_EXIT_SKIP" "kernel $name: no package matching $pattern to be had from $suites"
}

# unpack: the image, its modules and its release into $work/kernel.
unpack() {
	local deb modules image

	for deb in "$work"/debs/*.deb; do
		dpkg-deb -x "$deb" "$work/root" || die "$VM_EXIT_HARNESS" "cannot unpack ${deb##*/}"
	done
	for modules in "$work"/root/{usr/lib,lib}/modules/*/; do
		[[ -d $modules/kernel ]] && break
	done
	modules=${modules%/}
	release=${modules##*/}
	[[ $release == "${name/%x/}"* ]] ||
		die "$VM_EXIT_SKIP" "kernel $name: the package for it now holds $release"
	for image in "$work/root/boot/vmlinuz-$release" "$modules/vmlinuz"; do
		[[ -f $image ]] && break
	done
	if ! { mkdir "$work/kernel" &&
		mv "$image" "$work/kernel/vmlinuz" &&
		mv "$modules" "$work/kernel/modules"; }; then
		die "$VM_EXIT_HARNESS" "kernel $name: no image in its packages"
	fi
}

# number OFFSET SIZE: a little-endian field of the image's header.
number() {
	od -An -t "u$2" -j "$1" -N "$2" "$work/kernel/vmlinuz" | tr -d ' '
}

# extract_btf: the boot protocol (Documentation/arch/x86/boot.rst) says where in
# the image the compressed kernel is: setup_sects, payload_offset, _length. Its
# last four bytes are the size, not part of the stream.
extract_btf() {
	local start length magic unpack

	start=$((($(number 0x1f1 1) + 1) * 512 + $(number 0x248 4)))
	length=$(($(number 0x24c 4) - 4))
	magic=$(od -An -t x1 -j "$start" -N 4 "$work/kernel/vmlinuz" | tr -d ' ')
	case $magic in
	1f8b*) unpack=gzip ;;
	fd377a58) unpack=xz ;;
	28b52ffd) unpack=zstd ;;
	02214c18) unpack=lz4 ;;
	*) die "$VM_EXIT_HARNESS" "kernel $name: compressed in an unknown way ($magic)" ;;
	esac
	need "$unpack"
	tail -c +$((start + 1)) "$work/kernel/vmlinuz" | head -c "$length" |
		"$unpack" -dc >"$work/vmlinux" || die "$VM_EXIT_HARNESS" "kernel $name: cannot unpack"
	objcopy --dump-section .BTF="$work/kernel/btf" "$work/vmlinux" "$work/scratch" ||
		die "$VM_EXIT_HARNESS" "kernel $name: has no .BTF section"
}

download
unpack
extract_btf
rm -rf "$target"
echo "$release" >"$work/kernel/release" || exit "$VM_EXIT_HARNESS"
mv "$work/kernel" "$target" || die "$VM_EXIT_HARNESS" "cannot write $target"
say "kernel $name is $release"
