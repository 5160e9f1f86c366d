# shellcheck shell=sh disable=SC2016
# first_process.sh FILE LINE WORD MARK BEFORE ENDS TMUX VARIABLE=VALUE...: runs as the first process of a session. It
# reads this text and its arguments from FILE, which it removes, so that no list of processes shows them. It hands the
# line to the user's own shell, which knows the PATH and the aliases of its startup files, and stays when the line has
# ended, unless ENDS is given. WORD is the program that the line begins with, "" for none; whether it is there is
# written to the FIFO MARK. The file BEFORE is shown first, "" for none. A variable PATH goes before the PATH of the
# startup files. Without a line it is the shell alone, or the default-command of TMUX.
rm -f "$1"
navi_line=$2
navi_word=$3
NAVI_MARK=$4
export NAVI_MARK
navi_shell=${SHELL:-/bin/sh}
[ -z "$5" ] || cat "$5"
navi_stay="exec $navi_shell"
[ -z "$6" ] || navi_stay=
navi_tmux=$7
shift 7
NAVI_PATH=
for navi_variable; do
    export "${navi_variable?}"
    case $navi_variable in PATH=*) NAVI_PATH=$PATH ;; esac
done
[ -z "$NAVI_PATH" ] || export NAVI_PATH
if [ -z "$navi_line" ]; then
    navi_default=$("$navi_tmux" show-options -gv default-command 2>/dev/null)
    [ -z "$navi_default" ] || exec "$navi_shell" -c "$navi_default"
fi
# Opened for reading, too, a FIFO never makes its writer wait. No shell but sh can do that.
navi_found="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo found 1<>\"\$NAVI_MARK\"'"
navi_missing="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo missing 1<>\"\$NAVI_MARK\"'"
navi_options=-lic
navi_forget='unset NAVI_MARK NAVI_PATH'
case ${navi_shell##*/} in
fish)
    navi_paths='test "$PATH" = "$NAVI_PATH"; or set -gx PATH (string split : -- $NAVI_PATH) $PATH'
    navi_look="type -q $navi_word; and $navi_found; or begin; $navi_missing; exit 127; end"
    navi_forget='set -e NAVI_MARK; set -e NAVI_PATH'
    ;;
tcsh | csh)
    # There -l must be the only option.
    navi_options=-ic
    navi_paths='if ("$PATH" != "$NAVI_PATH") setenv PATH "${NAVI_PATH}:${PATH}"'
    navi_look="which $navi_word >& /dev/null && $navi_found || $navi_missing"
    navi_forget='unsetenv NAVI_MARK; unsetenv NAVI_PATH'
    ;;
*)
    case ${navi_shell##*/} in bash | zsh | ksh* | mksh) ;; *) navi_options=-ic ;; esac
    navi_paths='[ "$PATH" = "$NAVI_PATH" ] || PATH=$NAVI_PATH:$PATH'
    navi_look="command -v $navi_word >/dev/null 2>&1 && $navi_found || { $navi_missing; exit 127; }"
    ;;
esac
[ -n "$NAVI_PATH" ] || navi_paths=
[ -n "$navi_word" ] || navi_look=$navi_found
navi_newline='
'
set -- "$navi_paths" "$navi_look" "$navi_forget" "$navi_line" "$navi_stay"
IFS=$navi_newline
exec "$navi_shell" "$navi_options" "$*"
