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

# apt_arm64 [SOURCES]: an apt of our own in $work, to be used by -c "$work/apt.conf": it knows arm64 packages, which the user's need not, from the
# user's sources or from those in the directory SOURCES. Its lists are read.
apt_arm64() {
	mkdir -p "$work/lists/partial" "$work/archives/partial"
	: >"$work/status"
	cat >"$work/apt.conf" <<-END
		Dir::State "$work";
		Dir::State::Lists "lists";
		Dir::State::status "$work/status";
		Dir::Cache "$work";
		Dir::Cache::Archives "archives";
		${1:+Dir::Etc::SourceList "/dev/null";}
		${1:+Dir::Etc::SourceParts "$1";}
		APT::Architecture "arm64";
		#clear APT::Architectures;
		APT::Architectures { "arm64"; };
		Acquire::Languages "none";
		#clear Acquire::IndexTargets::deb::DEP-11;
		#clear Acquire::IndexTargets::deb::Contents-deb;
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	END
	# Not all of the user's sources need to have arm64: what counts is whether the packages are found.
	apt-get -c "$work/apt.conf" -o APT::Sandbox::User=root -q -q update >"$work/update.log" 2>&1 || :
}

# backports_sources FILE: writes an apt source with the distribution's backports, from the archive that this system gets its own suite from: of
# all that apt knows, the one of that code name with a component main. Sets $suite.
backports_sources() {
	. /etc/os-release
	suite=$VERSION_CODENAME-backports
	archive=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$VERSION_CODENAME main //p" | head -n 1)
	[ -n "$archive" ] || die "apt's sources do not have $VERSION_CODENAME main, so its backports cannot be found"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$keyring" ] || keyring=
	mkdir -p "$(dirname "$1")"
	cat >"$1" <<-END
		Types: deb
		URIs: $archive
		Suites: $VERSION_CODENAME $suite
		Components: main
		${keyring:+Signed-By: $keyring}
	END
}

# apt_depends PACKAGE PATTERN: the name, among those PACKAGE depends on, that the pattern (sed's) matches; nothing if there is none.
apt_depends() {
	apt-cache -c "$work/apt.conf" depends "$1" 2>/dev/null | sed -n "s/^ *Depends: *\\($2\\)\$/\\1/p" | head -n 1
}

# is_image FILE: whether it is a plain arm64 Image, by the boot protocol's magic number.
is_image() {
	[ "$(tail -c +57 "$1" | head -c 4)" = "$(printf 'ARM\144')" ]
}

# install_dir FROM TO: a complete directory appears at once, marked by a file `complete`; of two makers at a time the second one's is dropped.
install_dir() {
	: >"$1/complete"
	mkdir -p "$(dirname "$2")"
	[ ! -e "$2" ] || [ -e "$2/complete" ] || rm -rf "$2"
	mv -T "$1" "$2" 2>/dev/null || [ -e "$2/complete" ] || die "cannot write $2"
}
