# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2088
# new.sh STARTER DIR SOCKET NAME CWD LINE WORD: create a session.
navi_starter=$1
navi_enter "$2"
navi_socket=$3
navi_name=$4
case $5 in
'' | '~') navi_cwd=$HOME ;;
'~/'*) navi_cwd=$HOME/${5#'~/'} ;;
/*) navi_cwd=$5 ;;
*) navi_cwd=$HOME/$5 ;;
esac
[ -d "$navi_cwd" ] || navi_fail $navi_none "there is no directory $navi_cwd; nothing was created"
[ -x "$navi_cwd" ] || navi_fail $navi_refused "the directory $navi_cwd can't be entered; nothing was created"
navi_start "$6" '' "$7" ''
navi_wake
printf '%s created %s\n' "$navi_token" "$navi_started"
