#!/usr/bin/env bash
# Makes the Python environments of tests/interop, each unless it is there with just the packages of its list.
set -euo pipefail
cd "$(dirname "$0")/.."

new_venv() {
  rm -rf "$1"
  python3 -m venv "$1"
}
install_packages() {
  local sudo=''
  [ "$(id -u)" -eq 0 ] || sudo='sudo'
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
install_venv() { # Debian ships Python without it
  install_packages python3 python3-venv
}

make_venv() { # FOLDER REQUIREMENTS
  local wanted
  wanted=$(cksum <"$2")
  [ "$(cat "$1/made-from" 2>/dev/null)" = "$wanted" ] && return
  new_venv "$1" 2>/dev/null || { install_venv && new_venv "$1"; }
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
  echo "$wanted" >"$1/made-from"
}

make_venv .venv-interop tests/interop/requirements.txt
# LightGBM brings no OpenMP of its own.
.venv-interop/bin/python -c 'import lightgbm' 2>/dev/null || install_packages libgomp1
make_venv .venv-mlflow2 tests/interop/mlflow/requirements-2.txt
# What stands in for AWS, apart from the others' versions of Flask and boto.
make_venv .venv-aws tests/interop/lambda/requirements.txt
