#!/bin/sh
# Finds a Python that can make the virtual environment and starts bootstrap.py
# with it. Debian splits venv from Python; root gets it installed, others told.
set -eu

usable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        # A shim can be on the PATH and still fail: ask the program itself.
        if usable "$name"; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    return 1
}

require_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "This Python has no venv module: installing python3-venv."
        apt-get update -q && DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends python3-venv </dev/null
        "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return 0
    fi
    echo "This Python has no venv module. Install it as root: apt-get install python3-venv" >&2
    return 1
}

if ! python=$(find_python); then
    echo "SeSPHR needs Python 3.11 or later. Install it as root: apt-get install python3 python3-venv" >&2
    exit 1
fi
require_venv "$python"
exec "$python" "$(dirname "$0")/bootstrap.py" "$@"
