#!/bin/bash
# foundation-gate.sh [BINARY]: keeps full Foundation, with its tens of megabytes of tables, out of the agent. No source
# file of a target that martlet-init links may import it (FoundationEssentials may), and no ICU data may be in BINARY,
# which must not be stripped.
set -euo pipefail
. "$(dirname "$0")/debian.sh"
cd "$ROOT"

install_packages jq
# The targets that the agent is made of: what martlet-init depends on, and what that depends on.
targets=$(swift package describe --type json | jq -r '
    (.targets | map({key: .name, value: {path, needs: (.target_dependencies // [])}}) | from_entries) as $all
    | def closure: . as $known | ($known + [$known[] | $all[.].needs[]] | unique) as $more
        | if $more == $known then $known else $more | closure end;
    ["martlet-init"] | closure | .[] | $all[.].path')
[ -n "$targets" ] || fail "the package has no target martlet-init"
status=0
while read -r path; do
    if grep -rnE --include='*.swift' \
        '^[[:space:]]*(@[A-Za-z_()]+[[:space:]]+)*((public|package|internal|private|fileprivate)[[:space:]]+)?import[[:space:]]+([a-z]+[[:space:]]+)?Foundation(Internationalization|Networking|XML)?([.[:space:]]|$)' \
        "$path"; then
        status=1
    fi
done <<< "$targets"
[ $status = 0 ] || fail "the agent must not import Foundation: FoundationEssentials, or nothing"

if [ $# -gt 0 ]; then
    install_packages binutils
    symbols=$(nm "$1" 2> /dev/null | grep -ciE ' icudt[0-9]*_dat|_icu_data|uprv_.*icudt' || true)
    [ "$(nm "$1" 2> /dev/null | wc -l)" -gt 0 ] || fail "$1 has no symbols to look at: name the binary before it is stripped"
    [ "$symbols" = 0 ] || fail "$1 holds ICU data: something in the agent links full Foundation"
fi
say "Foundation gate: $(wc -l <<< "$targets") targets import none of it${1:+, and there is no ICU data in the binary}"
