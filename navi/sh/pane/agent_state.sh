# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/state_files pane/dialogs pane/agent_screen lib/process
# Judges what the agent in a pane does by its state file, its screen and its title, as core/evidence.py does.

# navi_pick_agent: the first agent in the pane that runs and was not started by another one: the screen is its own. In
# navi_agent_name, navi_agent_process and navi_agent_started. Fails where there is none.
navi_pick_agent() {
    navi_agent_name=
    navi_each_agent navi_note_picked
}

# navi_note_picked PROCESS PARENT STARTED STATE NAME
navi_note_picked() {
    [ "$2,$4" = 0,runs ] || return
    navi_agent_process=$1
    navi_agent_started=$3
    navi_agent_name=$5
}

# navi_judge_agent: set navi_agent_word to the status of that agent by the captured screen: working, idle, error,
# permission, waiting, or "" if it can't be known.
navi_judge_agent() {
    navi_find_state_file "$navi_agent_process" "$navi_agent_started" "$navi_agent_name"
    navi_read_state "$navi_agent_process" || :
    eval "navi_agent_word=\${navi_state_word_$navi_agent_process-}"
    [ "$navi_agent_word" != working ] || return 0
    navi_judge_screen "$navi_agent_name"
    navi_agent_shows=${navi_rule_found%% *}
    case $navi_agent_word,$navi_agent_shows in
    idle,error) navi_agent_word=error ;;
    ,permission | ,waiting | permission,waiting | waiting,permission) navi_agent_word=$navi_agent_shows ;;
    ,*) navi_judge_title ;;
    esac
}

# navi_judge_title: judge an agent without a state file by its title, which may know more than its screen.
navi_judge_title() {
    navi_find_title_status "$navi_agent_name"
    case $navi_titled,$navi_agent_shows in
    working,* | permission,* | waiting,*) navi_agent_word=$navi_titled ;;
    *,-) navi_agent_word=$navi_titled ;;
    *) navi_agent_word=$navi_agent_shows ;;
    esac
}

# navi_agent_lives: whether the agent that was found runs, in a pane that was looked at just now.
navi_agent_lives() { [ "$navi_is_dead" = 0 ] && ! navi_process_ended "$navi_agent_process"; }
