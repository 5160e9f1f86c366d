# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/choices lib/fail
# expects: navi_move_to navi_note_answer navi_refuse_choice navi_same_question navi_strike
# changes: navi_choice navi_label
# Ticks choices of a question that allows several: each key is seen before the next one, and the question is left only
# when the wanted choices are ticked and no others.

# How many keys were pressed.
navi_ticks=0

# navi_find_wanted HOW VALUE: set navi_wanted_ticks to the choices that are to be ticked, as numbers between blanks, and
# navi_label to their labels. VALUE has their numbers or labels, with commas between them.
navi_find_wanted() {
    [ "$1" = choose ] || navi_fail $navi_usage "several choices can be ticked in $navi_name; nothing was typed; --choose 1,2 ticks these and no others"
    [ "$navi_leave" != - ] || navi_fail $navi_usage "several choices can be ticked in $navi_name, and navi knows no keys of ${navi_asker%% *} for that; nothing was typed; attach to answer"
    [ "$navi_more_choices" = no ] || navi_fail $navi_usage "several choices can be ticked in $navi_name, and some may be off the screen; nothing was typed; attach to answer"
    navi_refuse_text
    navi_wanted_ticks=' '
    navi_wanted_labels=
    navi_match_choice "$2"
    if [ "$navi_choice" != 0 ]; then navi_want "$2"; else navi_split_wanted "$2"; fi
    navi_choice=0
    navi_label=${navi_wanted_labels#, }
}

# navi_split_wanted VALUE
navi_split_wanted() {
    navi_wanted_left=$1,
    while [ -n "$navi_wanted_left" ]; do
        navi_wanted_one=${navi_wanted_left%%,*}
        navi_wanted_left=${navi_wanted_left#*,}
        while :; do case $navi_wanted_one in ' '*) navi_wanted_one=${navi_wanted_one# } ;; *) break ;; esac done
        navi_match_choice "$navi_wanted_one"
        navi_want "$navi_wanted_one"
    done
}

# navi_want VALUE: the choice that was matched.
navi_want() {
    [ "$navi_choice" != 0 ] || navi_refuse_choice "is $1"
    navi_find_box "$navi_choice"
    [ "$navi_choice" != "$navi_free" ] || navi_fail $navi_usage "choice $navi_choice of that question in $navi_name takes a text, which can't be ticked; nothing was typed; attach to answer"
    [ -n "$navi_ticked" ] || navi_fail $navi_usage "choice $navi_choice of that question in $navi_name ($navi_label) can't be ticked; nothing was typed"
    case $navi_wanted_ticks in *" $navi_choice "*) return ;; esac
    navi_wanted_ticks="$navi_wanted_ticks$navi_choice "
    navi_wanted_labels="$navi_wanted_labels, $navi_choice $navi_label"
}

# navi_refuse_text: refuse if there is a text that a person has entered: it would be an answer, too.
navi_refuse_text() {
    navi_find_box "$navi_free"
    [ "$navi_ticked" != yes ] || navi_fail $navi_usage "a text is entered in choice $navi_free of that question in $navi_name; nothing was typed; attach to answer"
}

# navi_find_box NUMBER: whether that choice is ticked, in navi_ticked: yes or no, "" if it has no box.
navi_find_box() {
    navi_ticked=
    case $navi_newline$navi_asked$navi_newline in
    *"${navi_newline}b $1 yes$navi_newline"*) navi_ticked=yes ;;
    *"${navi_newline}b $1 no$navi_newline"*) navi_ticked=no ;;
    esac
}

# navi_find_difference: set navi_tick_next to the first choice that is ticked and not wanted, or the other way around.
# Fails if there is none.
navi_find_difference() {
    navi_asked_left=$navi_asked$navi_newline
    while [ -n "$navi_asked_left" ]; do
        navi_tick_next=${navi_asked_left%%"$navi_newline"*}
        navi_asked_left=${navi_asked_left#*"$navi_newline"}
        case $navi_tick_next in 'b '*) ;; *) continue ;; esac
        navi_tick_is=${navi_tick_next##* }
        navi_tick_next=${navi_tick_next#b }
        navi_tick_next=${navi_tick_next%% *}
        case $navi_wanted_ticks in *" $navi_tick_next "*) [ "$navi_tick_is" = no ] ;; *) [ "$navi_tick_is" = yes ] ;; esac && return
    done
    return 1
}

# navi_tick_wanted: tick what is wanted and not ticked, and the other way around. Fails if the screen does not follow.
navi_tick_wanted() {
    while navi_find_difference; do
        [ "$navi_ticks" -lt 40 ] || return
        [ "$navi_tick" = - ] || navi_move_to "$navi_tick_next" || return
        if [ "$navi_tick" = - ]; then navi_strike c "$navi_tick_next"; else navi_strike c "$navi_tick"; fi || return
        navi_ticks=$((navi_ticks + 1))
        navi_await_tick "$navi_tick_next" "$navi_tick_is" || return
    done
}

# navi_await_tick NUMBER BEFORE: wait until the screen shows that the box of the choice has changed.
navi_await_tick() {
    navi_tick_waits=60
    while [ "$navi_tick_waits" -gt 0 ]; do
        navi_same_question || return
        navi_find_box "$1"
        [ "$navi_ticked" = "$2" ] || return 0
        navi_tick_waits=$((navi_tick_waits - 1))
        sleep 0.05
    done
    return 1
}

# navi_stop_ticking: end, because keys were pressed and the screen did not show what was expected.
navi_stop_ticking() {
    navi_note_answer unfinished
    navi_fail $navi_late "${navi_hindrance:-what $navi_name shows changed} while choices were ticked; the question was not left (keys pressed: $navi_ticks); navi answer shows what is ticked now"
}
