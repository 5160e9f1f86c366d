# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/state_files pane/agent_screen pane/address pane/guard pane/typing lib/fail
# shares: navi_undone navi_sends_text
# changes: navi_looked navi_unchanged
# Refuses to type where an agent would misunderstand it: in a dialog, Enter says yes and letters choose.

# Whether a text will be sent, and not keys.
navi_sends_text=no

# navi_refuse_dialogs UNDONE: look at the pane, and end if an agent in it has a dialog open or is suspended, or if that
# can't be known. UNDONE says what was not done. Between two turns, agents draw what tells nothing, and their state
# files are late, so doubts must last.
navi_refuse_dialogs() {
    navi_undone=$1
    navi_glances=20
    while :; do
        navi_looked=no
        navi_doubt=
        navi_inspect
        navi_refuse_mode
        navi_each_agent navi_check_agent || :
        [ -n "$navi_doubt" ] || break
        [ "$navi_glances" -gt 0 ] || navi_refuse "$navi_doubt"
        navi_glances=$((navi_glances - 1))
        sleep 0.1
    done
    navi_set_place
    navi_unchanged=$navi_same_place
}

# navi_refuse_mode: end if the pane has entered a mode of tmux, which would get what is typed.
navi_refuse_mode() {
    [ "$navi_in_mode" != - ] || return 0
    navi_name_mode
    navi_refuse "the pane of $navi_name has entered $navi_mode"
}

# navi_check_agent PROCESS PARENT STARTED STATE NAME: end if that is true of this agent; fails otherwise. Sets
# navi_doubt to what can't be ruled out. An agent that another one started has no screen.
navi_check_agent() {
    [ "$2" = 0 ] || return
    [ "$4" = runs ] || navi_refuse "$5 in $navi_name is suspended" ', and fg there continues it'
    navi_find_state_file "$1" "$3" "$5"
    navi_read_state "$1" || :
    eval "navi_reported=\${navi_state_word_$1-}"
    navi_judge_screen "$5"
    case $navi_rule_found in permission* | waiting*) navi_refuse "$5 in $navi_name shows a ${navi_rule_found#* }${navi_rule_text:+ ($navi_rule_text)}" ;; esac
    case $navi_sends_text$navi_rule_found in yesworking*) ! navi_lets_no_text_wait "$5" || navi_refuse "$5 in $navi_name works, and takes what is typed for the answer to what it asks next" ;; esac
    case $navi_reported in permission | waiting) navi_doubt="$5 in $navi_name has a dialog open" && return 1 ;; esac
    [ -z "$navi_reported" ] && [ "$navi_rule_found" = - ] || return
    navi_find_title_status "$5"
    [ "$navi_titled" != working ] || return
    ! navi_is_asking "$navi_status_folder" "$3" || navi_refuse "$5 in $navi_name asks for permission"
    navi_doubt="navi can't tell whether $5 in $navi_name has a dialog open"
    return 1
}

# navi_lets_no_text_wait NAME: whether it is known of that agent's box that a text typed while it works does not wait
# there.
navi_lets_no_text_wait() {
    navi_find_described "box	$1	" || return
    navi_box_fields=${navi_described#*	*	*	*	*	}
    [ -z "${navi_box_fields%%	*}" ]
}

# navi_find_title_status NAME: set navi_titled to the status that the title of the pane showed beside the screen; to ""
# if it showed none. Spinners, which are patterns of Braille, count as one character.
navi_find_title_status() {
    navi_titled=
    navi_spinner=$(printf '\342[\240-\243][\200-\277]')
    navi_still_title=$(printf '%s\n' "$navi_title" | LC_ALL=C sed "s/^$navi_spinner/⠂/")
    set -f
    IFS=$navi_newline
    for navi_title_line in $navi_rules; do
        case $navi_title_line in "title	$1	"*) ;; *) continue ;; esac
        navi_title_line=${navi_title_line#"title	$1	"}
        # shellcheck disable=SC2254 # it is a glob
        case $navi_still_title in ${navi_title_line#*	}) navi_titled=${navi_title_line%%	*} && break ;; esac
    done
    unset IFS
    set +f
}

# navi_refuse WORDS [MORE]
navi_refuse() {
    navi_fail 1 "$1; $navi_undone; --force sends it anyway${2-}"
}
