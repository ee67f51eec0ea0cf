# SPDX-License-Identifier: BSD-2-Clause
# coldprof.bash - completion of coldprof's command line for bash

# The catalog's workloads and tags: $1 is the program.
_coldprof_workloads() {
	"$1" workloads list --quiet 2>/dev/null
	echo @quick @bare @server @framework
}

# The options of the command $2, as its help lists them: $1 is the program.
_coldprof_options() {
	"$1" "$2" --help 2>/dev/null | sed -n 's/^  *\(-.*\)/\1/p' | sed 's/   .*//' |
		grep -o -- '--[a-z][a-z-]*'
}

# calibrate has its own options and those of run for one side.
_coldprof_calibrate_options() {
	_coldprof_options "$1" calibrate
	_coldprof_options "$1" run |
		grep -vxE -- '--(ab|against|until-sure|max-runs|max-time|threshold|policy)'
}

# What the option $1 takes: sets COMPREPLY for the word $2; false where it takes nothing.
_coldprof_value() {
	case $1 in
	--cold) COMPREPLY=($(compgen -W 'warm evicted dropped' -- "$2")) ;;
	--ready) COMPREPLY=($(compgen -W 'exit listen http http:/ line:' -- "$2")) ;;
	--progress | --color) COMPREPLY=($(compgen -W 'auto always never' -- "$2")) ;;
	--format) COMPREPLY=($(compgen -W 'text markdown noise json junit sarif' -- "$2")) ;;
	--user) COMPREPLY=($(compgen -u -- "$2")) ;;
	--cwd | --catalog | --cache | --record | --ab | --history) COMPREPLY=($(compgen -d -- "$2")) ;;
	--stdin | --node | --python | -o | --output | --btf | --policy | --noise) COMPREPLY=($(compgen -f -- "$2")) ;;
	--env) COMPREPLY=($(compgen -e -S = -- "$2")) && compopt -o nospace 2>/dev/null ;;
	--redis | --kafka) COMPREPLY=($(compgen -A hostname -- "$2")) ;;
	-n | --repeat | -w | --warmup | --requests | --timeout | --seed | --setup | --name | \
		--memory | --cpus | --ring | --only | --level | --max-runs | --max-time | --against | --last | \
		--sessions | --pause) ;;
	--also) COMPREPLY=($(compgen -W 'text= markdown= json= junit= sarif=' -- "$2")) && compopt -o nospace 2>/dev/null ;;
	--threshold) COMPREPLY=($(compgen -W 'times= sizes= counts= waits=' -- "$2")) && compopt -o nospace 2>/dev/null ;;
	*) return 1 ;;
	esac
}

_coldprof() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command= i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--)
			if declare -F _command_offset >/dev/null; then
				_command_offset $((i + 1))
			elif ((i + 1 == COMP_CWORD)); then
				COMPREPLY=($(compgen -c -- "$word"))
			else
				COMPREPLY=($(compgen -f -- "$word"))
			fi
			return
			;;
		-*) ;;
		*) [[ $command ]] || command=${COMP_WORDS[i]} ;;
		esac
	done
	# --option=value comes as three words
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	# --ab takes two folders
	((COMP_CWORD > 2)) && [[ ${COMP_WORDS[COMP_CWORD - 2]} == --ab ]] && before=--ab
	[[ $command ]] && _coldprof_value "$before" "$word" && return
	if [[ ! $command ]]; then
		COMPREPLY=($(compgen -W 'run report compare merge calibrate workloads doctor --help --version' -- "$word"))
		return
	fi
	if [[ $word == -* && $command == calibrate ]]; then
		COMPREPLY=($(compgen -W "$(_coldprof_calibrate_options "${COMP_WORDS[0]}")" -- "$word"))
		return
	fi
	if [[ $word == -* ]]; then
		COMPREPLY=($(compgen -W "$(_coldprof_options "${COMP_WORDS[0]}" "$command")" -- "$word"))
		return
	fi
	case $command in
	run | calibrate) COMPREPLY=($(compgen -W "$(_coldprof_workloads "${COMP_WORDS[0]}")" -- "$word")) ;;
	report | compare | merge) COMPREPLY=($(compgen -f -- "$word")) ;;
	workloads)
		if [[ $before == workloads ]]; then
			COMPREPLY=($(compgen -W 'list show prepare clean' -- "$word"))
		else
			COMPREPLY=($(compgen -W "$(_coldprof_workloads "${COMP_WORDS[0]}")" -- "$word"))
		fi
		;;
	esac
}

complete -o filenames -o bashdefault -F _coldprof coldprof
