#!/usr/bin/env bash
# Finds a Chromium for the tests of the web pages, or installs Debian's, and prints
#   export AMPLEDGER_TEST_BROWSER=…
# In this order: the path of the environment; what is on the PATH; the package of Debian.
set -euo pipefail
source "$(dirname "$0")/apt.bash"

fail() {
  say "$*"
  say "set AMPLEDGER_TEST_BROWSER to the path of a Chromium or Chrome."
  exit 1
}

find_browser() { command -v chromium chromium-browser google-chrome-stable google-chrome | head -n 1; }

browser="${AMPLEDGER_TEST_BROWSER:-$(find_browser || true)}"
if [ -z "$browser" ]; then
  may_be_root || fail "Chromium is missing, and root is needed to install it."
  apt_install chromium chromium
  browser="$(find_browser)" || fail "Chromium was installed but is not there."
fi
"$browser" --version >/dev/null 2>&1 || fail "$browser does not run."

say "$browser"
printf 'export AMPLEDGER_TEST_BROWSER=%q\n' "$browser"
