#!/bin/sh
# Installs through apt what the tests need besides Python packages, when it is
# missing and we are root; otherwise says exactly what to install, and fails.
# It must never start a service: the tests run a private MariaDB of their own.
#
#   tests/support/setup.sh [python|build|database|xml|browser ...]   (default: all)
set -eu

missing=""

need() { # need PACKAGE CHECK ...: add PACKAGE unless the check succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has() {
    # Debian keeps servers in folders that not every user's PATH has.
    PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1"
}

has_header() {
    "${PYTHON:-python3}" -c 'import pathlib, sysconfig, sys
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").is_file())'
}

look_for() {
    case $1 in
        python)
            need python3 has "${PYTHON:-python3}"
            need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
            ;;
        build)
            need gcc has gcc
            need pkg-config has pkg-config
            need python3-dev has_header
            need libmariadb-dev pkg-config --exists libmariadb
            need libc6-dev test -f /usr/include/stdio.h
            ;;
        database)
            need mariadb-server has mariadbd
            need mariadb-server has mariadb-install-db
            need mariadb-client has mariadb
            # The test that cuts a link does so in a network of its own.
            need iproute2 has ip
            ;;
        xml) need xmlsec1 has xmlsec1 ;;
        browser)
            need chromium has chromium
            # Without any font Chromium draws no text and measures it as nothing.
            need fonts-liberation fonts_there
            ;;
        *)
            echo "setup.sh: unknown group: $1 (python, build, database, xml, browser)" >&2
            exit 2
            ;;
    esac
}

fonts_there() {
    find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' 2>/dev/null | grep -q .
}

install_quietly() { # apt-get install with every service start refused
    policy=/usr/sbin/policy-rc.d
    made=""
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made=yes
        trap 'rm -f "$policy"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM HUP
    fi
    apt-get update -q
    # shellcheck disable=SC2086  # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $1 </dev/null
    if [ -n "$made" ]; then
        rm -f "$policy"
        trap - EXIT INT TERM HUP
    fi
}

search() {
    missing=""
    for group in "$@"; do look_for "$group"; done
    missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
}

[ $# -gt 0 ] || set -- python build database xml browser
search "$@"
[ -n "${missing% }" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Packages are needed that are not installed. Install them as root:" >&2
    echo "    apt-get install --no-install-recommends ${missing% }" >&2
    exit 1
fi
echo "Installing through apt: ${missing% }"
install_quietly "$missing"
search "$@"
if [ -n "${missing% }" ]; then
    echo "Still missing after apt-get install: ${missing% }" >&2
    exit 1
fi
