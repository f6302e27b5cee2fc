#!/usr/bin/env bash
# Builds the Go and Rust servers of the comparison where their toolchains are present; says which are missing, and goes on.
set -euo pipefail
cd "$(dirname "$0")"

# build FOLDER COMPILER PROGRAM COMMAND...: runs the command in the folder; a program that is left of an earlier build goes where it cannot.
build() {
  local folder=$1 compiler=$2 program=$3
  shift 3
  if ! command -v "$compiler" >/dev/null; then
    echo "bench: $compiler is not on PATH; the servers in $folder are left out" >&2
    rm -f "$program"
  elif ! (cd "$folder" && "$@"); then
    echo "bench: the servers in $folder could not be built, and are left out" >&2
    rm -f "$program"
  fi
}

build go go go/build/server go build -trimpath -o build/server .
build rust cargo rust/target/release/rmcp-bench cargo build --release --locked --quiet
