#!/bin/sh
# Builds ISA-L's static library from Debian's source package into .build/isal/{include,lib}.
#
# Debian ships no static archive of ISA-L, and the agent is a static binary. ISA-L inflates gzip images several times
# faster than zlib; without it the package builds with zlib, so a machine that cannot build it gets a message and
# exit status 0. Nothing is done when the library is there already.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/.build/isal

if [ -f "$out/lib/libisal.a" ] && [ -f "$out/include/isa-l/igzip_lib.h" ]; then
    echo "ISA-L: already built in $out"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

without() {
    echo "ISA-L: $1; gzip images will be inflated by zlib, which is slower" >&2
    [ -f "$work/log" ] && tail -n 5 "$work/log" >&2
    exit 0
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

case $(uname -m) in
    x86_64 | aarch64) ;;
    *) without "not for $(uname -m)" ;;
esac
command -v apt-get > /dev/null || without "this is not Debian, so there is no source package to build from"

missing=
for package in nasm make gcc dpkg-dev libc6-dev; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "ISA-L: installing$missing"
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=300 $missing > "$work/log" 2>&1 || without "cannot install$missing"
fi

# The release and the mirror that this machine uses, with a source entry of our own: the system's stay as they are.
. /etc/os-release
mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2> /dev/null |
    awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')
mirror=${mirror:-http://deb.debian.org/debian}
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/source"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror ${VERSION_CODENAME:-stable} main" \
    > "$work/sources.list"
cat > "$work/apt.conf" << EOF
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$work/lists";
Dir::Cache "$work";
APT::Sandbox::User "";
EOF

echo "ISA-L: building Debian's libisal from $mirror"
cd "$work/source" || without "cannot use $work"
APT_CONFIG=$work/apt.conf apt-get -q update > "$work/log" 2>&1 || without "cannot reach $mirror"
APT_CONFIG=$work/apt.conf apt-get -q source libisal > "$work/log" 2>&1 || without "cannot fetch the source package"
cd "$work"/source/*/ || without "the source package is not as expected"
make -f Makefile.unx -j"$(nproc)" lib > "$work/log" 2>&1 || without "its build failed"

mkdir -p "$out/include/isa-l" "$out/lib"
cp include/*.h "$out/include/isa-l/" && cp bin/isa-l.a "$out/lib/libisal.a.new" &&
    mv "$out/lib/libisal.a.new" "$out/lib/libisal.a" || without "the build left no library"
echo "ISA-L: built in $out"
