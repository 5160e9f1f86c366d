# fish completion for navi and navi-agents, its second name: navi-agents completion fish | source
function __navi_agents_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l program (string replace -r '.*/' '' -- $words[1])
    set -l lines (command $program completion words -- $words[2..-1] 2>/dev/null)
    if test $status -ne 0
        __navi_agents_other $program
        return
    end
    for line in $lines
        if string match -q \t'files*' -- $line
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

# Another program named navi refused: complete it as fish does by itself, now and from now on.
function __navi_agents_other --argument-names name
    complete --erase --command $name
    if test -r "$__fish_data_dir/completions/$name.fish"
        source "$__fish_data_dir/completions/$name.fish"
    else
        status get-file completions/$name.fish 2>/dev/null | source
    end
    complete --do-complete (commandline -cp)
end

for name in navi navi-agents
    complete -c $name -f -a '(__navi_agents_complete)'
end
