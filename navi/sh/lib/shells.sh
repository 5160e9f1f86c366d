# shellcheck shell=sh
# The programs that wait for a person in a pane whose program has ended: the same as in core/status.py.

navi_shell_names='sh bash zsh fish dash ash ksh ksh93 mksh tcsh csh nu pwsh busybox login'

# navi_is_shell NAME: whether a program of that name is one.
navi_is_shell() {
    case $1 in '' | *' '*) return 1 ;; esac
    case " $navi_shell_names " in *" $1 "*) return 0 ;; esac
    return 1
}
