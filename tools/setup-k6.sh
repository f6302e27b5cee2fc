#!/usr/bin/env bash
# Makes k6 available to the load tests: the one on PATH, else one built with Go into `.k6`.
set -euo pipefail

VERSION=v1.8.1
command -v k6 >/dev/null && exit 0

if ! command -v go >/dev/null; then
  echo "setup: the load tests need k6, and neither k6 nor Go is on PATH. Install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6/) or Go and try again." >&2
  exit 1
fi
cd "$(dirname "$0")/.."
mkdir -p .k6
echo "setup: building k6 $VERSION with Go, which takes some minutes"
GOBIN=$PWD/.k6 CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "go.k6.io/k6@$VERSION"
