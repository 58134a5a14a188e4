#!/bin/sh
# The incident, from status to undo: builds .demo/ afresh and shows each command before its output.
# Run it from anywhere: sh docs/demo.sh (relman must be on PATH; `make demo` sees to that).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
demo=$here/.demo

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

cd "$here"
rm -rf -- "$demo"
show relman demo .demo
cd "$demo"
show relman status
show relman next
show relman options pr:123
show relman hotfix pr:123 --dry-run
show relman hotfix pr:123 --yes
show relman changelog v1.4.3
show relman log
show relman undo --yes
show relman status
