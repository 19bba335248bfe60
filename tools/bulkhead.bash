# SPDX-License-Identifier: Apache-2.0
# Completion of the `bulkhead` command for bash: source this file, or install it as
# /usr/share/bash-completion/completions/bulkhead.

# What is completed from the files named so far comes from the device tree compiler's fdtget, where that is installed.
_bulkhead_nodes() { # FILE [NODE]
	local node
	fdtget -l "$1" "${2:-/}" 2>/dev/null | while read -r node; do
		printf '%s/%s\n' "${2:-}" "$node"
		_bulkhead_nodes "$1" "${2:-}/$node"
	done
}

_bulkhead() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word skip=
	local words=() commands="host closure check plan explain map guest-dtb" options="--output --json --hypervisor --system-file --help --version"

	COMPREPLY=()
	case $previous in
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--hypervisor | --system-file) return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	# The arguments before the cursor, without options and their values.
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ $skip ]]; then
			skip=
			continue
		fi
		case $word in
		-o | --output | --hypervisor | --system-file) skip=1 ;;
		-*) ;;
		*) words+=("$word") ;;
		esac
	done
	case ${#words[@]}:${words[0]} in
	0:*) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
	1:*) mapfile -t COMPREPLY < <(compgen -f -X '!*.dtb' -- "$cur"; compgen -d -- "$cur") ;;
	2:host) ;;
	2:closure) mapfile -t COMPREPLY < <(compgen -W "$(_bulkhead_nodes "${words[1]}")" -- "$cur") ;;
	2:*) mapfile -t COMPREPLY < <(compgen -f -X '!*.itb' -- "$cur"; compgen -d -- "$cur") ;;
	3:guest-dtb) mapfile -t COMPREPLY < <(compgen -W "$(fdtget -l "${words[2]}" /vms 2>/dev/null)" -- "$cur") ;;
	3:explain) mapfile -t COMPREPLY < <(compgen -W "$(_bulkhead_nodes "${words[1]}")" -- "$cur") ;;
	esac
}

complete -o filenames -F _bulkhead bulkhead
