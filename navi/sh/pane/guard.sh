# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux
# Makes conditions, as formats of tmux, under which tmux itself presses a key: the pane is as it was when it was read.

# navi_set_place: set navi_same_place to the condition that nothing has moved since, and that the pane is in no mode of
# tmux, which would get the key.
navi_set_place() { navi_same_place="#{==:#{history_size} #{cursor_x} #{cursor_y} #{pane_in_mode},$navi_cursor 0}"; }

# navi_set_guard KIND [GLOB]: set navi_condition to the condition that nothing has moved and the screen still shows what
# was read: q of the question alone, or c of its choices, too; and GLOB, if it is given. Each missing part adds an x,
# side by side: tmux expands formats within formats only to a depth of 10 before 3.2a, and 100 since.
navi_set_guard() {
    navi_set_place
    navi_condition="#{?$navi_same_place,,x}"
    set -f
    IFS=$navi_newline
    for navi_guard_line in $navi_guards ${2+"q $2"}; do
        case $1,$navi_guard_line in *,q\ * | c,*) navi_condition="$navi_condition#{?#{C:${navi_guard_line#? }},,x}" ;; esac
    done
    unset IFS
    set +f
    navi_condition="#{==:$navi_condition,}"
}
