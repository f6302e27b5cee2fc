#!/usr/bin/env bash
# The test of the console looks at it in Chromium: the one of CHROMIUM or on PATH, else Debian's package is installed.
set -euo pipefail

[ -n "${CHROMIUM:-}" ] && exit 0
command -v chromium >/dev/null && exit 0

fail() {
  echo "setup: the test of the console needs Chromium, and $*. Install it, or set CHROMIUM to the path of a Chromium or Chrome." >&2
  exit 1
}

command -v apt-get >/dev/null || fail 'this system has no apt-get'
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || fail 'you are not root and sudo asks for a password'
  as_root=(sudo -n)
fi

echo 'setup: installing chromium with apt-get (300 MB)'
"${as_root[@]}" apt-get -qq update || fail 'apt-get update failed'
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends chromium >/dev/null ||
  fail 'apt-get could not install it'
