# shellcheck shell=sh disable=SC2154
# Sourced by contrib/package-test and contrib/first-start, which set $me, $root, $mirror, $cache and $began, and have
# sourced contrib/environment.sh: Debian roots, made by debootstrap, in which commands run apart from this machine.

work=
running=

# finish: end what runs in a root, and remove the roots. Their mounts end with the namespaces that they are in.
finish() {
    result=$?
    trap '' HUP INT TERM
    [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || :
    wait
    [ -z "$work" ] || rm -rf --one-file-system "$work" 2>/dev/null || { sleep 2 && rm -rf --one-file-system "$work"; }
    exit "$result"
}

# report WHAT: print the seconds since the last report.
report() {
    now=$(date +%s)
    printf '%s: %s: %d s\n' "$me" "$1" "$((now - began))"
    began=$now
}

# apart COMMAND...: run a command in namespaces of its own: what it mounts is mounted there only, and when it or unshare
# ends, the kernel ends all that it started. It runs in the background, because a trap of this shell waits for a command in
# the foreground; then a shell ignores SIGINT for it.
apart() {
    env --default-signal=INT,QUIT unshare --mount --pid --ipc --uts --fork --kill-child --mount-proc "$@" </dev/null &
    running=$!
    wait "$running" && status=0 || status=$?
    running=
    return "$status"
}

# inside ROOT COMMAND...: run a command in a root, with /proc and terminals.
inside() {
    # shellcheck disable=SC2016 # for the other shell
    apart sh -ec '
        mount -t proc proc "$1/proc"
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$1/dev/pts"
        exec chroot "$@"' sh "$@"
}

# quietly COMMAND...: run a command, and print its output only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 && return
    tail -n 60 "$work/log" >&2
    return 1
}

apt_inside() {
    where=$1
    shift
    quietly inside "$where" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -y --no-install-recommends "$@"
}

# make_base SUITE: make the archive from which the roots of a release are unpacked, unless there is one of this week.
# debootstrap downloads it.
make_base() {
    mkdir -p "$cache"
    find "$cache" -name '*.tar' -mtime +7 -delete
    [ ! -s "$cache/$1.tar" ] || return 0
    quietly apart debootstrap --variant=minbase "$1" "$work/base" "$mirror"
    prepare "$work/base"
    apt_inside "$work/base" update
    rm -f "$work/base"/var/cache/apt/archives/*.deb
    tar -C "$work/base" -cf "$cache/$1.tar.new" .
    mv "$cache/$1.tar.new" "$cache/$1.tar"
    rm -rf --one-file-system "$work/base"
    report "made a root of $1 ($(megabytes "$cache/$1.tar"))"
}

# prepare ROOT: no daemon starts there, no disk is waited for, and a user without rights can work there.
prepare() {
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
    rm -f "$1/etc/dpkg/dpkg.cfg.d/docker" "$1/dev/ptmx"
    ln -s pts/ptmx "$1/dev/ptmx"
    chroot "$1" useradd --create-home tester
}

megabytes() {
    echo "$(du -sm "$1" | cut -f 1) MB"
}

# copy_source FOLDER: copy what git has or would add, as it is now.
copy_source() {
    mkdir "$1"
    git -C "$root" ls-files -z --cached --others --exclude-standard |
        tar -C "$root" --null --files-from - --ignore-failed-read -cf - | tar -C "$1" --no-same-owner -xf -
}
