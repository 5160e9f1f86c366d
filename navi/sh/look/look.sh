# shellcheck shell=sh disable=SC2154,SC2034,SC2088,SC3028,SC3034
# needs: look/record look/put_back lib/recover lib/state_folder hooks/recover_events
# shares: navi_format
# changes: navi_word
# Defines the function that looks at this machine once and reports its tmux servers, its status files, its clock, and
# what was cleaned up.

# navi_record_clock: report the time of this machine (bash knows it without a process), its present start, and how many
# hundredths of a second ago that was, the unit in which processes count their own start.
navi_record_clock() {
    navi_boot=
    [ -r /proc/sys/kernel/random/boot_id ] && read -r navi_boot </proc/sys/kernel/random/boot_id
    navi_read_uptime || navi_uptime='' navi_hundredths=''
    navi_now=${EPOCHSECONDS:-$(date +%s)}
    navi_record clock "$navi_now $navi_boot $navi_uptime$navi_hundredths"
}

# navi_read_uptime: the seconds since this machine was started, and hundredths of the next one, in navi_uptime and
# navi_hundredths. Fails where the system doesn't tell.
navi_read_uptime() {
    [ -r /proc/uptime ] && IFS=' .' read -r navi_uptime navi_hundredths navi_idle_time </proc/uptime
}

# navi_record_system: what uname -sr says, without a program where it can be read.
navi_record_system() {
    if [ -r /proc/sys/kernel/ostype ] && read -r navi_word </proc/sys/kernel/ostype &&
        read -r navi_release </proc/sys/kernel/osrelease; then
        navi_record system "$navi_word $navi_release"
    else
        navi_record system "$(uname -sr)"
    fi
}

# navi_begin DIR CLEANUP FORMAT: where to look; a leading ~ is this user's home, and nothing is the usual folder. FORMAT
# is what tmux prints about each pane (ops/look/pane_record.py); the free texts, which can hold anything, follow in
# records of their own.
navi_begin() {
    navi_format="$navi_token pane $3
$navi_token command #{pane_current_command}
$navi_token title #{pane_title}
$navi_token path #{pane_current_path}
$navi_token activity #{window_activity}"
    navi_find_status_folder "$1"
    navi_dir=$navi_expanded
    navi_use_state "$navi_dir"
    navi_cleanup=$2
    navi_find_default
    LC_ALL=C
    export LC_ALL
    navi_beware
    cd / || return
    navi_recover
    navi_recover_events
    navi_sweep_holders
    navi_put_back
    navi_record_system
    navi_record home "$HOME"
    navi_record place "$navi_place_host $navi_place_boot $navi_default"
}
