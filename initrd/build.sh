#!/bin/bash
# build.sh: out/vmlinuz and out/initramfs.img (Debian's cloud kernel, for the lab), out/vmlinuz-server and
# out/initramfs-server.img (for machines). MARTLET and AGENT name the two executables.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

MARTLET=${MARTLET:-$ROOT/.build/debug/martlet}
AGENT=${AGENT:-$OUT/martlet-init}
[ -x "$MARTLET" ] || fail "$MARTLET is missing: make initrd builds it"
[ -x "$AGENT" ] || fail "$AGENT is missing: make initrd builds it"

install_packages busybox-static ca-certificates gpgv-static
for flavour in cloud server; do "$ROOT/initrd/fetch-kernel.sh" "$flavour"; done
"$ROOT/initrd/fetch-firmware.sh"
mkdir -p "$CACHE"
/bin/busybox --list-full > "$CACHE/busybox-applets"

build() { # flavour, suffix of the results, more arguments
    local kernel=$CACHE/kernel-$1 image=$OUT/initramfs$2.img
    cp "$kernel"/boot/vmlinuz-* "$OUT/vmlinuz$2.new"
    mv "$OUT/vmlinuz$2.new" "$OUT/vmlinuz$2"
    "$MARTLET" initrd build --kernel "$kernel" --agent "$AGENT" --busybox /bin/busybox \
        --applets "$CACHE/busybox-applets" --lists "$ROOT/kernel-modules" --firmware "$CACHE/firmware/lib/firmware" \
        --certificates /etc/ssl/certs/ca-certificates.crt --level "${LEVEL:-19}" \
        --output "$image.new" "${@:3}"
    mv "$image.new" "$image"
}
build cloud ""
build server -server --gpgv /usr/bin/gpgv-static
