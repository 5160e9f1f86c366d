# shellcheck shell=sh
# Defines the function that tells whether a program waits for a person in a pane once the program of that pane has
# ended. core/status.py has the same list of such programs.

navi_shell_names='sh bash zsh fish dash ash ksh ksh93 mksh tcsh csh nu pwsh busybox login'

# navi_is_shell NAME: whether a program of that name is one.
navi_is_shell() {
    case $1 in '' | *' '*) return 1 ;; esac
    case " $navi_shell_names " in *" $1 "*) return 0 ;; esac
    return 1
}
