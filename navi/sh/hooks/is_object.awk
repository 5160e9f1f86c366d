# needs: lib/json.awk
# Tells by the exit status 0 that the file navi_one is one complete JSON object.

BEGIN {
    begin("")
    while ((getline chunk < ENVIRON["navi_one"]) > 0) if (!broken) feed(chunk)
    exit !finished()
}
