# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2088
# new.sh STARTER DIR SOCKET NAME CWD LINE WORD TYPE: create a session.

# navi_remember: the directory, as the last of the recent ones.
navi_remember() {
    case $navi_cwd in *"$navi_newline"*) return ;; esac
    navi_recent=$navi_nest/recent
    navi_open_nest && {
        printf '%s\n' "$navi_cwd"
        grep -vxF -- "$navi_cwd" "$navi_recent" | head -n 19
    } >"$navi_recent.$$" && mv -f "$navi_recent.$$" "$navi_recent"
} 2>/dev/null

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
navi_start "$8" "$6" '' "$7" ''
navi_remember
navi_wake
printf '%s created %s\n' "$navi_token" "$navi_started"
