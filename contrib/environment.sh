# shellcheck shell=sh disable=SC2154
# Sourced by contrib/run, contrib/test and .ci/run, which set $me (their name, for messages) and $root (the checkout).

# The exit status says "something that is needed is not available", as in sysexits(3).
give_up() {
    printf '%s: %s\n' "$me" "$@" >&2
    exit 69
}

# need_programs PROGRAM:PACKAGE...: install the packages of the programs that are missing.
need_programs() {
    missing=
    for pair; do
        PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
    done
    [ -z "$missing" ] || install_packages "$missing"
}

# install_packages LIST: install Debian packages without a question, or say what to type.
install_packages() {
    packages=${1# }
    command -v apt-get >/dev/null 2>&1 ||
        give_up "these packages (by their Debian names) are missing; install them and start again: $packages"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        give_up "something is missing; type this and start again: sudo apt-get install $packages"
    fi
    printf '%s: installing %s\n' "$me" "$packages" >&2
    apt_install "$packages" 2>/dev/null || { apt_get update && apt_install "$packages"; } ||
        give_up "apt-get failed, see above; to try it by hand: apt-get update && apt-get install $packages"
}

apt_get() {
    # shellcheck disable=SC2086 # $as_root is empty or two words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

apt_install() {
    # shellcheck disable=SC2086 # a list of names
    apt_get install --no-install-recommends $1
}

# find_python: set $python to the command of a Python that navi runs on.
find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    command -v python3 >/dev/null 2>&1 || { install_packages python3-venv && find_python && return; }
    give_up "navi needs Python 3.11 or newer, and here is $(python3 --version); install a newer one and start again"
}

# make_environment FOLDER EXTRA REQUIREMENTS...: a virtual environment with the checkout installed in it, editable.
# EXTRA is "" or one of setup.cfg's. Nothing is done while the checkout's metadata, its place and the requirements
# are those of the last time.
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
        give_up "no virtual environment could be made in $environment: see above"
    "$environment/bin/python" -m pip install -qq --disable-pip-version-check --root-user-action=ignore \
        "$@" -e "$root${extra:+[$extra]}" || give_up "pip could not install navi: see above; is the network there?"
    wanted "$@" >"$installed"
}

wanted() {
    printf '%s\n' "$root" "$@"
    cat "$root/setup.cfg" "$root/pyproject.toml"
}
