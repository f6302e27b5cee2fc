#!/usr/bin/env bash
# The tests start their own redis-server, haproxy, nginx and PostgreSQL, check a script with shellcheck, and complete commands in zsh; installs from the system's packages whichever is missing.
set -euo pipefail

PATH=$PATH:/usr/local/sbin:/usr/sbin
missing=()
for command in redis-server haproxy nginx shellcheck zsh; do
  command -v "$command" >/dev/null || missing+=("$command")
done
# Debian keeps its programs out of PATH.
[ -d /usr/lib/postgresql ] || command -v pg_config >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0

fail() {
  echo "setup: the tests need ${missing[*]}, and $*. Install ${missing[*]} (Redis 7 or newer) and try again." >&2
  exit 1
}

command -v apt-get >/dev/null || fail 'this system has no apt-get'
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || fail 'you are not root and sudo asks for a password'
  as_root=(sudo -n)
fi

echo "setup: installing ${missing[*]} with apt-get"
"${as_root[@]}" apt-get -qq update || fail 'apt-get update failed'
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}" >/dev/null ||
  fail 'apt-get could not install it'
