# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: lib/fail
# Defines the function that computes a digest of a text. Nobody can make another text with the same digest.

# navi_find_digest TEXT: set navi_digest to its SHA-256, of which 20 digits are enough. Every system has another program
# for that.
navi_find_digest() {
    for navi_digest_program in sha256sum sha256 shasum openssl ''; do
        command -v "${navi_digest_program:-:}" >/dev/null 2>&1 && break
    done
    case $navi_digest_program in
    '') navi_fail $navi_unavailable 'the host has no program for SHA-256; install sha256sum, shasum or openssl there' ;;
    shasum) set -- "$1" -a 256 ;;
    openssl) set -- "$1" dgst -sha256 -r ;;
    sha256) set -- "$1" -q ;;
    esac
    navi_digested=$1
    shift
    navi_digest=$(printf '%s' "$navi_digested" | "$navi_digest_program" "$@" 2>/dev/null)
    navi_digest=${navi_digest%% *}
    navi_digest=${navi_digest%"${navi_digest#????????????????????}"}
    case $navi_digest in *[!0-9a-f]* | '') navi_fail 1 "$navi_digest_program on the host gives no digest" ;; esac
}
