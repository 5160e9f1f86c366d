# shellcheck shell=sh
# Defines the function that replaces a small file in one step.

# navi_write FILE LINE: replace a file by one line. Fails where the disk is full.
navi_write() {
    { printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"; } 2>/dev/null
}
