#!/usr/bin/env bash
# `tools/setup-redis-kin.sh redis-7` makes `.redis-kin/redis-7/redis-server` and `redis-cli`, and prints the server's version. They are the system's
# commands where these are of that kind. Otherwise the script unpacks Debian's packages, with the C library that they need, beside the system's own.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=$1
case $kind in
  redis-7) suite=bookworm program=redis major=7 ;;
  redis-8) suite=trixie program=redis major=8 ;;
  valkey) suite=trixie program=valkey major= ;;
  *) echo "setup: $kind is none of redis-7, redis-8 and valkey" >&2; exit 1 ;;
esac
into=$PWD/.redis-kin/$kind

fail() {
  echo "setup: the test needs $program-server ${major:-}, and $*" >&2
  exit 1
}

link_system() {
  local server
  server=$(command -v "$program-server") || return 1
  "$server" --version | grep -q "v=${major:-[0-9]*}\." || return 1
  ln -s "$server" "$into/redis-server"
  ln -s "$(command -v "$program-cli")" "$into/redis-cli"
}

# The address of the system's own Debian mirror, without its security archive.
mirror() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
    grep -oE '^(deb .*|URIs: *)https?://[^ ]+/debian/?( |$)' | grep -oE 'https?://[^ ]+' | head -1
}

# Runs an apt command with sources and state of its own, so that the system's stay as they are.
apt_of_suite() {
  "$1" -o Dir::Etc::SourceList="$into/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$into/state" \
    -o Dir::Cache="$into/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -qq "${@:2}"
}

unpack_debian() {
  local from keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  command -v apt-get >/dev/null || fail 'this system has no apt-get; install it and try again'
  from=$(mirror || true)
  if [ -z "$from" ] || ! [ -f $keyring ]; then fail 'this system knows no mirror of Debian; install it and try again'; fi
  mkdir -p "$into/state/lists/partial" "$into/cache/archives/partial" "$into/root"
  echo "deb [signed-by=$keyring] $from $suite main" >"$into/sources.list"
  apt_of_suite apt-get update
  apt_of_suite apt-get install --yes --no-install-recommends --download-only "$program-server" "$program-tools" >/dev/null
  for package in "$into"/cache/archives/*.deb; do dpkg -x "$package" "$into/root"; done
  rm -rf "$into/state" "$into/cache"
  for command in server cli; do
    # The packages' own loader and libraries: those of the system may be older.
    cat >"$into/redis-$command" <<EOF
#!/bin/sh
root=$into/root
exec "\$(echo "\$root"/usr/lib/*/ld-linux-*.so.*)" --library-path "\$(echo "\$root"/usr/lib/*-linux-gnu*):\$(echo "\$root"/lib/*-linux-gnu*)" \
  --argv0 redis-$command "\$root/usr/bin/$program-$command" "\$@"
EOF
    chmod +x "$into/redis-$command"
  done
}

if ! [ -e "$into/ready" ]; then
  rm -rf "$into"
  mkdir -p "$into"
  link_system || unpack_debian
  touch "$into/ready"
fi
"$into/redis-server" --version
