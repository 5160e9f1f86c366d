# shellcheck shell=sh disable=SC2154
# Sourced by contrib/run, contrib/test and .ci/run, which set $me (their name, for messages) and $root (the checkout).

# give_up MESSAGE...: print the message and exit with 69, "service unavailable" in sysexits(3).
give_up() {
    printf '%s: %s\n' "$me" "$@" >&2
    exit 69
}

# need_programs PROGRAM:PACKAGE...: install the packages of missing programs, all at once. The program `venv` is what a
# Python needs to make a virtual environment.
need_programs() {
    missing=
    for pair; do
        has_program "${pair%%:*}" || missing="$missing ${pair#*:}"
    done
    [ -z "$missing" ] || install_packages "$missing"
}

has_program() {
    if [ "$1" = venv ]; then
        [ ! -x "$root/.venv/bin/python" ] || return 0
        seek_python || { command -v python3 >/dev/null 2>&1 && return; } # too old: no package helps, see find_python
        "$python" -c 'import ensurepip, venv' 2>/dev/null
    else
        PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1
    fi
}

# install_packages LIST: install Debian packages without asking, or exit and print the command to type.
install_packages() {
    packages=${1# }
    command -v apt-get >/dev/null 2>&1 ||
        give_up "some packages are missing (these are their Debian names); install them and try again: $packages"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        printf '%s: these packages are missing: %s\n%s: install them, and start this again:\n\n    %s\n\n' \
            "$me" "$packages" "$me" "$(typed_by_root "apt-get update && apt-get install $packages")" >&2
        exit 69
    fi
    printf '%s: installing %s\n' "$me" "$packages" >&2
    apt_install "$packages" 2>/dev/null || { apt_get update && apt_install "$packages"; } ||
        give_up "apt-get failed, see above; try it by hand: $(typed_by_root "apt-get update && apt-get install $packages")"
}

# typed_by_root LINE: print the command with which a person runs a command line as root.
typed_by_root() {
    if command -v sudo >/dev/null 2>&1; then
        printf "sudo sh -c '%s'\n" "$1"
    else
        printf "su -c '%s'\n" "$1"
    fi
}

apt_get() {
    # shellcheck disable=SC2086 # $as_root is empty or two words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

apt_install() {
    # shellcheck disable=SC2086 # a list of names
    apt_get install --no-install-recommends $1
}

# find_python: set $python to a Python that can run navi.
find_python() {
    seek_python && return
    command -v python3 >/dev/null 2>&1 || { install_packages python3-venv && find_python && return; }
    give_up "navi needs Python 3.11 or newer, but this is $(python3 --version); install a newer one and try again"
}

# seek_python: set $python to a Python that can run navi, if there is one.
seek_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    return 1
}

# make_environment FOLDER EXTRA REQUIREMENTS...: make a virtual environment and install the checkout there, editable.
# EXTRA is "" or an extra of setup.cfg. If the checkout's metadata, its path and the requirements have not changed since
# the last time, nothing is installed.
make_environment() {
    environment=$1
    extra=$2
    shift 2
    installed=$environment/installed${extra:+-$extra}
    [ -x "$environment/bin/python" ] && wanted "$@" | cmp -s - "$installed" 2>/dev/null && return
    find_python
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    printf '%s: installing navi into %s\n' "$me" "$environment" >&2
    "$environment/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$environment" ||
        give_up "cannot create a virtual environment in $environment, see above"
    "$environment/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore \
        "$@" -e "$root${extra:+[$extra]}" || give_up "pip cannot install navi, see above; check the network and try again"
    wanted "$@" >"$installed"
}

wanted() {
    printf '%s\n' "$root" "$@"
    cat "$root/setup.cfg" "$root/pyproject.toml"
}
