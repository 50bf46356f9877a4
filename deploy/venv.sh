#!/usr/bin/env bash
# Makes a virtual environment with Python 3.11 or newer: deploy/venv.sh .venv
set -euo pipefail

fail() {
  echo "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  as_root apt-get update -qq >&2 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >&2
}

find_python() {
  local name
  for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  return 1
}

python="$(find_python)" || { apt_install python3 && python="$(find_python)"; } ||
  fail "Ampledger needs Python 3.11 or newer, and none was found."

"$python" -c 'import ensurepip' 2>/dev/null ||
  apt_install python3-venv ||
  fail "$python has no venv module: install it (Debian: apt-get install python3-venv)."

exec "$python" -m venv "$1"
