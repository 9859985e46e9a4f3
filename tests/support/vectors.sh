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

failed=0
.venv/bin/python -m tests.vectorcheck python "$1" || failed=1
.venv/bin/node tests/vectorcheck/node.mjs "$1" || failed=1
.venv/bin/python -m tests.vectorcheck.chromium "$1" || failed=1
exit $failed
