# shellcheck shell=sh disable=SC2154,SC2088,SC2086
# needs: session/folder registry/absent
# directories.sh DIR TEXT MOST: prints at most MOST directories whose path begins with TEXT, written as a person would
# type them, and those of recent sessions.
navi_enter "$1"
navi_most=$3
case $2 in '' | '~') set -- "$1" '~/' ;; esac
navi_typed=$2
navi_expand "$2"
navi_real=$navi_expanded
navi_base=${navi_real%"${navi_real##*/}"}
navi_shown=${navi_typed%"${navi_typed##*/}"}
navi_begin=${navi_real##*/}
navi_count=0
cd "$navi_base" 2>/dev/null || exit 0
set -- ./*/
case $navi_begin in .*) set -- ./.[!.]*/ ;; esac
for navi_directory in "$@"; do
    [ -d "$navi_directory" ] || continue
    navi_directory=${navi_directory#./}
    navi_directory=${navi_directory%/}
    case $navi_directory in
    *"$navi_newline"*) continue ;;
    "$navi_begin"*) ;;
    *) continue ;;
    esac
    printf '%s directory %s%s\n' "$navi_token" "$navi_shown" "$navi_directory"
    navi_count=$((navi_count + 1))
    [ "$navi_count" -lt "$navi_most" ] || break
done
[ ! -r "$navi_state/recent" ] || while IFS= read -r navi_directory; do
    [ ! -d "$navi_directory" ] || printf '%s recent %s\n' "$navi_token" "$navi_directory"
done <"$navi_state/recent"
