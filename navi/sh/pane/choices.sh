# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# shares: navi_choice navi_label
# Finds the choice of a question that is meant, as core/question.py does.

# navi_match_choice VALUE: the choice with that number, or else the only one with that label, or else the only one whose
# label begins so, in navi_choice and navi_label; 0 for none. All choices are tried in one way before the next way.
navi_match_choice() {
    navi_find_choices number "$1" || navi_find_choices label "$1" || navi_find_choices beginning "$1" || :
    [ "$navi_alike" -eq 1 ] || navi_choice=0
}

# navi_match_number NUMBER: the choice with that number, where no label can be meant.
navi_match_number() { navi_find_choices number "$1" || :; }

# navi_find_choices HOW VALUE: the last choice that VALUE means as a number, label or beginning of one, and how many are
# alike, in navi_alike. Fails where there is none.
navi_find_choices() {
    navi_choice=0
    navi_label=
    navi_alike=0
    [ -n "$2" ] || return
    set -f
    IFS=$navi_newline
    for navi_choice_line in $navi_asked; do
        case $navi_choice_line in 'c '*) ;; *) continue ;; esac
        navi_choice_line=${navi_choice_line#c }
        navi_is_meant "$1" "$2" || continue
        navi_choice=${navi_choice_line%% *}
        navi_label=${navi_choice_line#* }
        navi_alike=$((navi_alike + 1))
    done
    unset IFS
    set +f
    [ "$navi_alike" -gt 0 ]
}

# navi_is_meant HOW VALUE: whether the choice navi_choice_line is.
navi_is_meant() {
    case $1 in
    number) [ "${navi_choice_line%% *}" = "$2" ] ;;
    label) [ "${navi_choice_line#* }" = "$2" ] ;;
    *) case ${navi_choice_line#* } in "$2"*) ;; *) return 1 ;; esac ;;
    esac
}
