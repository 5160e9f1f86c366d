# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/typing pane/waiting pane/dialogs pane/box pane/agent_state
# changes: navi_cooked navi_count navi_echo navi_echo_comes navi_from navi_where
# Defines functions that take steps in a new session before it is reported as created: they wait for what it shows, and
# type.

# navi_take_steps STEP...: take the steps in the next navi_count words. A step is three of them: await or expect, a
# pattern or a text, seconds; ready, the description of agents, seconds; or send or keys, a text or the name of a key,
# and nothing.
navi_take_steps() {
    navi_force=
    navi_status_folder=
    navi_everything=-
    navi_from=-100
    navi_where=$navi_started_id:
    while [ "$navi_count" -gt 0 ]; do
        navi_step "$1" "$2" "$3"
        shift 3
        navi_count=$((navi_count - 3))
    done
}

# navi_step KIND WHAT SECONDS: text that is awaited after typing is looked for in what came after that.
navi_step() {
    navi_inspect
    case $1 in
    send | keys) navi_step_typing "$1" "$2" ;;
    ready)
        navi_set_timer "$3"
        navi_await_input "$2" "$3"
        ;;
    *)
        navi_fixed=
        [ "$1" = await ] || navi_fixed=yes
        navi_pattern=$2
        navi_check_pattern "$2" "$navi_fixed"
        navi_set_timer "$3"
        navi_await_text "$navi_everything" || navi_give_up $navi_late "timed out after $3 s waiting for $2; nothing was created"
        ;;
    esac
}

# navi_await_input DESCRIPTION SECONDS: wait until the agent in the session takes input: its box is there, and its
# screen shows that it rests. Some show their box before.
navi_await_input() {
    while :; do
        navi_find_pane_agents "$1"
        if navi_find_box; then
            navi_judge_agent
            navi_read_box ''
            case $navi_agent_word,$navi_in_box in
            permission,* | waiting,*)
                navi_give_up 1 "$navi_agent_name shows a ${navi_rule_found#* }${navi_rule_text:+ ($navi_rule_text)}; nothing was created; create it without waiting, and answer that there"
                ;;
            idle,empty | idle,draft) return ;;
            esac
        fi
        [ "$navi_is_dead" = 0 ] || navi_report_death
        navi_time_left || navi_give_up $navi_late "timed out after $2 s waiting for an agent that takes input; nothing was created"
        sleep 0.1
        navi_inspect
    done
}

# navi_step_typing KIND WHAT
navi_step_typing() {
    navi_everything=
    # To note what was there before.
    navi_pattern=.
    navi_echo=
    navi_echo_comes=
    navi_cooked=no
    navi_note_before
    if [ "$1" = keys ]; then
        navi_press "$2"
    elif [ -n "$navi_box" ]; then
        navi_read_box "$2"
        navi_say_to_agent "$2" 3
    else
        navi_say "$2" 3
    fi
}
