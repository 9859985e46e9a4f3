#!/bin/sh
# Checks a folder of test vectors in Python, in Node and in Chromium: always all
# three, so that one report shows where they differ; fails when any of them does.
#
#   tests/support/vectors.sh DIR
set -u
cd "$(dirname "$0")/../.." || exit 2

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "vectors: not a folder: ${1:-} (give it as DIR=path)" >&2
    exit 2
fi

# Each is one thread's work: all at once, their reports one after the other.
said=$(mktemp -d) || exit 2
trap 'rm -rf "$said"' EXIT
.venv/bin/python -m tests.vectorcheck python "$1" >"$said/python" 2>&1 &
python=$!
.venv/bin/node tests/vectorcheck/node.mjs "$1" >"$said/node" 2>&1 &
node=$!
.venv/bin/python -m tests.vectorcheck.chromium "$1" >"$said/chromium" 2>&1 &
chromium=$!

failed=0
wait $python || failed=1
cat "$said/python"
wait $node || failed=1
cat "$said/node"
wait $chromium || failed=1
cat "$said/chromium"
exit $failed
