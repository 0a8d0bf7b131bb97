#!/bin/bash
# check-agent.sh: what the agent and the images may weigh, and that the agent needs no shared library.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

agent=$OUT/martlet-init
# ldd fails on a static program and says so in one of these words.
linkage=$(ldd "$agent" 2>&1 || true)
case $linkage in
*"not a dynamic executable"* | *"statically linked"*) say "agent: not a dynamic executable" ;;
*) fail "$agent is not static: $linkage" ;;
esac

status=0
weigh() { # file, budget in megabytes
    local size budget=$(($2 * 1000000)) verdict=ok
    size=$(stat -c %s "$1")
    if [ "$size" -gt $budget ]; then verdict='TOO LARGE'; status=1; fi
    printf '%-28s %12d bytes   budget %9d   %s\n' "$(basename "$1")" "$size" $budget "$verdict"
}
weigh "$agent" 28
weigh "$OUT/initramfs.img" 18
weigh "$OUT/initramfs-server.img" 60
exit $status
