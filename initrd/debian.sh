# shellcheck shell=bash
# Functions for the scripts here: tools from Debian for this machine, and packages unpacked into out/cache, which are
# not installed. Sourced, not run.

# The mirror that kernels, firmware and guests come from. Any Debian or derivative may be the host.
DEBIAN_MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
DEBIAN_SECURITY_MIRROR=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
DEBIAN_SUITE=bookworm
DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=${OUT:-$ROOT/out}
CACHE=$OUT/cache

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages PACKAGE...: installs what is missing, and says so; at once when nothing is.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing from Debian: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
        install -y --no-install-recommends "${missing[@]}" >&2
}

# private_apt ARGUMENTS...: apt-get with an index of its own (main and non-free-firmware), apart from the host's.
private_apt() {
    apt-get -qq -o Dir::Etc::SourceList="$CACHE/apt/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State="$CACHE/apt/state" -o Dir::State::status="$CACHE/apt/status" -o Dir::Cache="$CACHE/apt/cache" \
        -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Sandbox::User= -o Acquire::Languages=none \
        "$@"
}

private_cache() {
    apt-cache -o Dir::Etc::SourceList="$CACHE/apt/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State="$CACHE/apt/state" -o Dir::State::status="$CACHE/apt/status" -o Dir::Cache="$CACHE/apt/cache" \
        -o APT::Architecture=amd64 -o APT::Architectures=amd64 "$@"
}

# update_private_index: reads the mirror's package index once a day.
update_private_index() {
    if [ -n "$(find "$CACHE/apt/updated" -mtime -1 2>/dev/null)" ]; then return 0; fi
    install_packages debian-archive-keyring ca-certificates
    mkdir -p "$CACHE/apt/state/lists/partial" "$CACHE/apt/cache/archives/partial"
    : > "$CACHE/apt/status"
    cat > "$CACHE/apt/sources.list" <<LIST
deb [signed-by=$DEBIAN_KEYRING] $DEBIAN_MIRROR $DEBIAN_SUITE main non-free-firmware
deb [signed-by=$DEBIAN_KEYRING] $DEBIAN_MIRROR $DEBIAN_SUITE-updates main non-free-firmware
deb [signed-by=$DEBIAN_KEYRING] $DEBIAN_SECURITY_MIRROR $DEBIAN_SUITE-security main non-free-firmware
LIST
    private_apt update >&2
    touch "$CACHE/apt/updated"
}

# unpack_packages DIRECTORY PACKAGE...: downloads packages and unpacks them into a directory that is made anew.
unpack_packages() {
    local directory=$1 archive
    shift
    rm -rf "$directory.new"
    mkdir -p "$directory.new/.archives"
    say "fetching from Debian: $*"
    (cd "$directory.new/.archives" && private_apt download "$@" >&2)
    for archive in "$directory.new/.archives"/*.deb; do dpkg-deb -x "$archive" "$directory.new"; done
    rm -rf "$directory.new/.archives" "$directory"
    mv "$directory.new" "$directory"
}
