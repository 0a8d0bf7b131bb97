#!/bin/bash
# fetch-firmware.sh: unpacks Debian's firmware packages for network and storage adapters into out/cache/firmware.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

directory=$CACHE/firmware
[ ! -e "$directory/.complete" ] || exit 0
update_private_index
unpack_packages "$directory" firmware-bnx2 firmware-bnx2x firmware-misc-nonfree firmware-qlogic firmware-realtek \
    firmware-cavium firmware-netxen firmware-myricom firmware-linux-free
touch "$directory/.complete"
