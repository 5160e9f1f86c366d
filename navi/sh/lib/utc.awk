# Defines the function that reads a time in UTC, for other awk programs.

# utc_seconds(text): an ISO 8601 time in UTC as an epoch time.
function utc_seconds(text,    part, year, month) {
    split(text, part, /[-T:]/)
    year = part[1]
    month = part[2] + 0
    if (month < 3) {
        year--
        month += 12
    }
    return 86400 * (365 * year + int(year / 4) - int(year / 100) + int(year / 400) + \
        int((153 * (month - 3) + 2) / 5) + part[3] - 719469) + 3600 * part[4] + 60 * part[5] + part[6]
}
