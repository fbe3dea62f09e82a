#!/bin/sh
# Installs requirements.lock into a virtual environment: scripts/install.sh VENV [PYTHON]
# With uv where it is present, else with venv and pip. Every package is checked against the lock's hashes.
set -eu

venv=$1
wanted=${2:-}
lock=requirements.lock

recent_enough() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${wanted:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if recent_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; ${wanted:-python3} is $("${wanted:-python3}" --version 2>/dev/null || true)." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
}

# Debian and Ubuntu ship python3 without ensurepip unless python3-venv is installed; a pip outside will do then.
make_venv() {
    "$1" -m venv "$venv" >/dev/null 2>&1 && return
    rm -rf "$venv"
    "$1" -m venv --without-pip "$venv" && "$1" -m pip --version >/dev/null 2>&1 && return
    rm -rf "$venv"
    echo "$1 cannot make virtual environments: install its venv package (apt install python3-venv) or uv." >&2
    exit 1
}

install_with_pip() {
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    else
        "$1" -m pip --python "$venv/bin/python" install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    fi
}

if [ -e "$venv" ] && ! recent_enough "$venv/bin/python"; then
    rm -rf "$venv"  # made by a Python that is gone or too old
fi

echo "Installing into $venv (a minute or two the first time)"
if command -v uv >/dev/null 2>&1; then
    [ -e "$venv" ] || uv venv --quiet --python "${wanted:->=3.11}" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock"
else
    python=$(find_python)
    [ -e "$venv" ] || make_venv "$python"
    install_with_pip "$python"
fi
