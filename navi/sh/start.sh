# shellcheck shell=sh disable=SC2016
# start.sh LINE WORD MARK BEFORE: the first process of a session that runs a command line. It hands the line to the
# user's own shell, which knows the PATH and the aliases of its startup files, and stays when the line has ended.
# WORD is the program that the line begins with, "" for none; whether it is there is told to the FIFO MARK.
# The file BEFORE is shown first, "" for none.
NAVI_MARK=$3
export NAVI_MARK
navi_shell=${SHELL:-/bin/sh}
[ -z "$4" ] || cat "$4"
# Opened for reading, too, a FIFO never makes its writer wait. No shell but sh can do that.
navi_found="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo found 1<>\"\$NAVI_MARK\"'"
navi_missing="sh -c '[ ! -p \"\$NAVI_MARK\" ] || echo missing 1<>\"\$NAVI_MARK\"'"
navi_options=-lic
navi_forget='unset NAVI_MARK'
case ${navi_shell##*/} in
fish)
    navi_look="type -q $2; and $navi_found; or begin; $navi_missing; exit 127; end"
    navi_forget='set -e NAVI_MARK'
    ;;
tcsh | csh)
    navi_options=-ic # -l stands alone there
    navi_look="which $2 >& /dev/null && $navi_found || $navi_missing"
    navi_forget='unsetenv NAVI_MARK'
    ;;
*)
    case ${navi_shell##*/} in bash | zsh | ksh* | mksh) ;; *) navi_options=-ic ;; esac
    navi_look="command -v $2 >/dev/null 2>&1 && $navi_found || { $navi_missing; exit 127; }"
    ;;
esac
[ -n "$2" ] || navi_look=$navi_found
navi_newline='
'
set -- "$navi_look" "$navi_forget" "$1" "exec $navi_shell"
IFS=$navi_newline
exec "$navi_shell" "$navi_options" "$*"
