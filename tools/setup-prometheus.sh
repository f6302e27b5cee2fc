#!/usr/bin/env bash
# Makes prometheus and promtool available to the tests of dashboard and alerts: those on PATH, else Debian's package, unpacked into `.prometheus`.
set -euo pipefail

cd "$(dirname "$0")/.."
for command in prometheus promtool; do
  command -v "$command" >/dev/null || [ -x ".prometheus/usr/bin/$command" ] || missing=1
done
[ -z "${missing:-}" ] && exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "setup: the tests of dashboard and alerts need prometheus and promtool, and this system has no apt-get. Install Prometheus 2.40 or newer and try again." >&2
  exit 1
fi
# It is not installed: its package also starts a service, and needs libraries for its own pages.
mkdir -p .prometheus
echo "setup: fetching prometheus with apt-get into .prometheus (ignored by git, 100 MB)"
(cd .prometheus && { apt-get -qq download prometheus 2>/dev/null || { apt-get -qq update && apt-get -qq download prometheus; }; })
dpkg-deb -x .prometheus/prometheus_*.deb .prometheus
rm .prometheus/prometheus_*.deb
