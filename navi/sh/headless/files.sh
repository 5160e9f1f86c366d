# shellcheck shell=sh disable=SC2034,SC2154
# shares: navi_exit_size navi_exit_status navi_fed navi_reason
# Defines functions that read small files of a run, and one that wakes the process that hands inputs over. The folder of
# a run has these files:
#
#   claimed      a folder: a runner has begun; no other one ever will
#   runner pid feeder   a process each (process.sh): the runner, the agent, and who hands inputs over
#   log err      what the agent prints; err.old is the beginning of a long err
#   in.d/N       the inputs, one line each; in.d/end says that no more come
#   bell input   FIFOs: one wakes the feeder, the other is the agent's standard input
#   fed          the last input that was handed over
#   events       lines `fed N` and `exit STATUS SIZE REASON`: tail.sh follows them
#   reason       why navi ends the agent
#   exit         STATUS SIZE REASON: how the agent ended, and how long its log was then
#   limits now   empty; as old as the last look at the limits of output, and as the last time that one was due

# navi_read_exit: in navi_exit_status, navi_exit_size and navi_reason how it ended. Fails if that is not known.
navi_read_exit() {
    navi_exit_status='' navi_exit_size='' navi_reason=''
    { read -r navi_exit_status navi_exit_size navi_reason <./exit; } 2>/dev/null && [ -n "$navi_exit_status" ]
}

# navi_read_fed: the last input that was handed over, in navi_fed.
navi_read_fed() {
    navi_fed=
    { read -r navi_fed <fed; } 2>/dev/null
    case $navi_fed in '' | *[!0-9]*) navi_fed=0 ;; esac
}

# navi_ring: wake the feeder. Opened for reading, too, a FIFO never makes its writer wait.
navi_ring() {
    [ ! -p bell ] || printf '1\n' 5<>bell >&5
} 2>/dev/null
