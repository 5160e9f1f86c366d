# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/files headless/process headless/server
# Defines functions that derive the state of a run from the files of its folder.

# navi_judge_run: the state of the run in the current folder, in navi_run_state:
#   ended       it has an exit status             running    its agent runs
#   starting    the runner has no agent yet       ending     the agent has just ended
#   lost        nothing runs, and nobody noted how the agent ended
#   unstarted   no runner has begun               elsewhere  another machine has it
# navi_deaf is `yes` if an agent runs to which nobody hands inputs.
navi_judge_run() {
    navi_run_state=
    navi_deaf=no
    navi_read_exit && navi_run_state=ended && return
    navi_read_process_file pid
    navi_agent_life=$navi_life navi_agent=$navi_number navi_agent_group=$navi_group
    navi_read_process_file runner
    case $navi_agent_life,$navi_life in
    *elsewhere*) navi_run_state=elsewhere ;;
    runs,*) navi_run_state=running ;;
    absent,runs) navi_run_state=starting ;;
    gone,runs) navi_run_state=ending ;;
    *) navi_judge_unborn ;;
    esac
    # It may have been noted meanwhile.
    case $navi_run_state in ending | lost) ! navi_read_exit || navi_run_state=ended ;; esac
    [ "$navi_run_state" = running ] || return 0
    navi_read_process_file feeder
    [ "$navi_life" != gone ] || navi_deaf=yes
}

# navi_find_output_size: how much the agent of the run in the current folder has printed, as far as that is there, in
# navi_output_size. What other processes print to the log after its end is not the agent's.
navi_find_output_size() {
    navi_output_size=0
    [ ! -f log ] || navi_output_size=$(($(wc -c <log)))
    if [ "$navi_run_state" = ended ] && [ "$navi_exit_size" -lt "$navi_output_size" ]; then
        navi_output_size=$navi_exit_size
    fi
}

# navi_judge_unborn: neither a runner nor an agent runs. One that is just being started has a session of tmux.
navi_judge_unborn() {
    navi_run_state=lost
    [ ! -d claimed ] || return 0
    navi_run_state=unstarted
    ! navi_has_server_session || navi_run_state=starting
}
