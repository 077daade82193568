#!/bin/bash
# Build or refresh the virtual environment: tools/setup.sh DIR. Packages come from the caller's package index, each
# checked against the hash in requirements.lock.
set -euo pipefail
venv=$1
began=$SECONDS

step() { printf '\033[1m[setup %3ds]\033[0m %s\n' "$((SECONDS - began))" "$1"; }
fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

# A name that runs is not enough: pyenv leaves shims of versions that are not there.
suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; }

python=
for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
  if suits "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "no Python 3.11, 3.12 or 3.13 found. Install one (Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3"

if ! suits "$venv/bin/python"; then
  step "Creating $venv with $("$python" --version 2>&1) ..."
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv module. Debian and Ubuntu: apt-get install python3-venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi

packages=$(grep -cE '^[a-z0-9].*==' requirements.lock)

with_uv() {
  "$venv/bin/uv" --version >/dev/null 2>&1 || "$venv/bin/python" -m pip install --quiet uv || return 1
  # uv draws its progress on a terminal only; elsewhere its list of packages says nothing that the lock does not.
  if [ -t 2 ]; then
    "$venv/bin/uv" pip install --python "$venv/bin/python" --require-hashes -r requirements.lock
  else
    "$venv/bin/uv" pip install --python "$venv/bin/python" --require-hashes -r requirements.lock 2>&1 |
      sed '/^ [+-] /d'
  fi
}

step "Installing $packages packages from requirements.lock, hashes checked (about 600 MB on disk) ..."
# uv does not read pip's configuration: where only pip knows the way to a package index, pip does it.
if ! with_uv; then
  step "uv cannot do it here; installing with pip, which takes a minute or two ..."
  "$venv/bin/python" -m pip install --quiet --no-deps --require-hashes -r requirements.lock
fi
step "Installing hotline itself, editable ..."
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e .
step "Ready."
