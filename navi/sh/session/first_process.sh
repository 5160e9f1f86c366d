# shellcheck shell=sh disable=SC2016
# first_process.sh LINE WORD MARK BEFORE ENDS TMUX VARIABLE=VALUE...: the first process of a session that runs a command
# line. It hands the line to the user's own shell, which knows the PATH and the aliases of its startup files, and stays
# when the line has ended, unless ENDS is given. WORD is the program that the line begins with, "" for none; whether it
# is there is written to the FIFO MARK. The file BEFORE is shown first, "" for none. With a TMUX, the pane stays when it
# dies.
navi_line=$1
navi_word=$2
NAVI_MARK=$3
export NAVI_MARK
navi_shell=${SHELL:-/bin/sh}
[ -z "$4" ] || cat "$4"
navi_stay="exec $navi_shell"
[ -z "$5" ] || navi_stay=
[ -z "$6" ] || "$6" set-option -w -t "$TMUX_PANE" remain-on-exit on
shift 6
for navi_variable; do export "${navi_variable?}"; done
# Opened for reading, too, a FIFO never makes its writer wait. No shell but sh can do that.
navi_found="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo found 1<>\"\$NAVI_MARK\"'"
navi_missing="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo missing 1<>\"\$NAVI_MARK\"'"
navi_options=-lic
navi_forget='unset NAVI_MARK'
case ${navi_shell##*/} in
fish)
    navi_look="type -q $navi_word; and $navi_found; or begin; $navi_missing; exit 127; end"
    navi_forget='set -e NAVI_MARK'
    ;;
tcsh | csh)
    # There -l must be the only option.
    navi_options=-ic
    navi_look="which $navi_word >& /dev/null && $navi_found || $navi_missing"
    navi_forget='unsetenv NAVI_MARK'
    ;;
*)
    case ${navi_shell##*/} in bash | zsh | ksh* | mksh) ;; *) navi_options=-ic ;; esac
    navi_look="command -v $navi_word >/dev/null 2>&1 && $navi_found || { $navi_missing; exit 127; }"
    ;;
esac
[ -n "$navi_word" ] || navi_look=$navi_found
navi_newline='
'
set -- "$navi_look" "$navi_forget" "$navi_line" "$navi_stay"
IFS=$navi_newline
exec "$navi_shell" "$navi_options" "$*"
