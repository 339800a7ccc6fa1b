#!/usr/bin/env bash
# Makes .venv-interop with the packages of tests/interop/requirements.txt, unless it is there with just these.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(cksum <tests/interop/requirements.txt)
[ "$(cat .venv-interop/made-from 2>/dev/null)" = "$wanted" ] && exit 0

make_venv() {
  rm -rf .venv-interop
  python3 -m venv .venv-interop
}
install_venv() { # Debian ships Python without it
  local sudo=''
  [ "$(id -u)" -eq 0 ] || sudo='sudo'
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
}

make_venv 2>/dev/null || { install_venv && make_venv; }
.venv-interop/bin/python -m pip install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
echo "$wanted" >.venv-interop/made-from
