# shellcheck shell=sh disable=SC2154,SC3045,SC2034
# start_watch.sh SCRIPT ARGUMENTS...: run SCRIPT in bash where there is one, because its read has a time limit (dash needs
# a process to tick), and never in the shell that reads from standard input: a bash that does so crashes when an
# eval touches its standard input. Other shells bear that. --norc, for a bash below sshd reads ~/.bashrc even so.
navi_script=$1
shift
if command -v bash >/dev/null 2>&1; then
    export navi_script navi_token
    # shellcheck disable=SC2016
    exec bash --norc -c 'eval "unset navi_script; $navi_script"' navi-watch "$@"
fi
eval "$navi_script"
