#!/bin/bash
# fetch-kernel.sh cloud|server: unpacks Debian's current kernel of that flavour into out/cache/kernel-FLAVOUR, with
# depmod's files. Done once; remove the directory to fetch a newer one.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

flavour=${1:?flavour: cloud or server}
case $flavour in
cloud) package=linux-image-cloud-amd64 ;;
server) package=linux-image-amd64 ;;
*) fail "no kernel flavour $flavour: cloud or server" ;;
esac
directory=$CACHE/kernel-$flavour
[ ! -e "$directory/.complete" ] || exit 0

install_packages kmod
update_private_index
# The package is a name only; the kernel is what it depends on.
image=$(private_cache depends "$package" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
[ -n "$image" ] || fail "$package depends on no kernel"
unpack_packages "$directory" "$image"
release=$(ls "$directory/lib/modules")
PATH=$PATH:/usr/sbin:/sbin depmod -b "$directory" "$release"
touch "$directory/.complete"
say "kernel $release is in $directory"
