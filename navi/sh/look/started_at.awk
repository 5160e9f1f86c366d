# needs: lib/utc.awk
# Prints the first "started_at" of an agent's file as an epoch time. The file has it as an epoch time or in ISO 8601.
# Prints nothing if the file has none, or one in another form.
match($0, /"started_at": *"?[0-9][-0-9T:]*/) {
    time = substr($0, RSTART, RLENGTH)
    sub(/^"started_at": *"?/, "", time)
    if (time ~ /^[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+$/ && length(time) == 19) time = utc_seconds(time)
    # A number with more digits counts no seconds.
    else if (time !~ /^[0-9]+$/ || length(time) > 12) exit
    printf "%.0f\n", time
    exit
}
