# needs: lib/json.awk
# Exit status 0 means that the file navi_one is one complete JSON object.

BEGIN {
    begin("")
    while ((getline chunk < ENVIRON["navi_one"]) > 0) if (!broken) feed(chunk)
    exit !finished()
}
