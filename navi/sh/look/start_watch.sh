# shellcheck shell=sh disable=SC2154,SC3045,SC2034
# start_watch.sh SCRIPT ARGUMENTS...: runs SCRIPT in bash where there is one, because its read has a time limit (dash
# needs a process to tick), and never in the shell that reads from standard input: a bash that does so crashes when an
# eval touches its standard input. Other shells do not. --norc, because a bash below sshd reads ~/.bashrc even so. Linux
# lets no variable and no argument be longer than 128 KiB, so bash gets the script through a descriptor.
navi_script=$1
shift
if command -v bash >/dev/null 2>&1; then
    export navi_token
    exec 9<<END
$navi_script
END
    # shellcheck disable=SC2016
    exec bash --norc -c 'eval "exec 9<&-; unset navi_script; $(cat <&9)"' navi-watch "$@"
fi
eval "$navi_script"
