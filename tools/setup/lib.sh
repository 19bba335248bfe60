# SPDX-License-Identifier: Apache-2.0
# What the scripts beside this file share. Sourced by them.

say() {
	printf '  SETUP   %s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "$0" "$*" >&2
	exit 1
}

# $work: a directory of our own that is gone when the script ends. It lies in the cache, so that what was made can be renamed into place.
work_dir() {
	cache=${BULKHEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bulkhead}
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
}

# apt_download DIR PACKAGE... [-o OPTION]...: the packages' files, verified by apt as always.
apt_download() {
	apt_dir=$1
	shift
	# As root, apt downloads as user _apt, who may not write into our directory; it warns and goes on.
	(cd "$apt_dir" && apt-get -q -q -o APT::Sandbox::User=root download "$@") >"$work/apt.log" 2>&1 || {
		cat "$work/apt.log" >&2
		die "apt-get could not download: $*"
	}
}

# install_dir FROM TO: a complete directory appears at once, marked by a file `complete`; of two makers at a time the second one's is dropped.
install_dir() {
	: >"$1/complete"
	mkdir -p "$(dirname "$2")"
	[ ! -e "$2" ] || [ -e "$2/complete" ] || rm -rf "$2"
	mv -T "$1" "$2" 2>/dev/null || [ -e "$2/complete" ] || die "cannot write $2"
}
