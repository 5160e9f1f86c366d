# shellcheck shell=sh
# lib/time_utils.sh: how long ago something was.

# time_ago TIME: say how long ago a time of the registry, such as 2025-11-23T21:16:42Z, was: 30s ago, 5m ago, 2h ago, 7d
# ago; or unknown. NOW_EPOCH can stand for now.
time_ago() {
    LC_ALL=C awk '
    BEGIN {
        if (ARGV[1] !~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](Z|[+]00:?00)$/) {
            print "unknown"
            exit
        }
        split(ARGV[1], part, /[^0-9]/)
        year = part[1]
        month = part[2]
        if (month < 3) { year--; month += 12 }
        days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * (month - 3) + 2) / 5)
        ago = ARGV[2] - ((days + part[3] - 719469) * 86400 + part[4] * 3600 + part[5] * 60 + part[6])
        if (ago < 0) ago = 0
        if (ago < 60) print ago "s ago"
        else if (ago < 3600) print int(ago / 60) "m ago"
        else if (ago < 86400) print int(ago / 3600) "h ago"
        else print int(ago / 86400) "d ago"
    }' "${1-}" "${NOW_EPOCH:-$(date +%s)}"
}
