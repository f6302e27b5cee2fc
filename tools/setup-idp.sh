#!/usr/bin/env bash
# `tools/setup-idp.sh` makes two identity providers for `make test-idp`: Keycloak (Maven Central; needs Java 17 or newer, mvn and unzip) in `.idp/keycloak`,
# and Ory Hydra (the Go module proxy; needs Go and a C compiler) as `.idp/hydra/hydra`.
set -euo pipefail
cd "$(dirname "$0")/.."

KEYCLOAK=26.7.3
HYDRA=v2.3.0
# Hydra's go.mod replaces this module, and Go ignores the replacements of modules that it builds as dependencies.
HYDRA_POP=github.com/gobuffalo/pop/v6=github.com/ory/pop/v6@v6.2.1-0.20241121111754-e5dfc0f3344b

need() {
  local missing=()
  for command in "${@:2}"; do command -v "$command" >/dev/null || missing+=("$command"); done
  [ ${#missing[@]} -eq 0 ] && return
  echo "setup: $1 needs ${missing[*]}. Install ${missing[*]} and try again." >&2
  exit 1
}

keycloak() {
  need Keycloak java mvn unzip
  echo "setup: fetching Keycloak $KEYCLOAK, which takes some minutes"
  local artifact=org.keycloak:keycloak-quarkus-dist:$KEYCLOAK:zip
  mvn -q dependency:get -Dmaven.repo.local="$PWD/.idp/m2" -Dartifact=$artifact -Dtransitive=false
  unzip -q .idp/m2/org/keycloak/keycloak-quarkus-dist/$KEYCLOAK/*.zip -d .idp
  rm -rf .idp/m2
  mv ".idp/keycloak-$KEYCLOAK" .idp/keycloak
  .idp/keycloak/bin/kc.sh build --db=dev-mem --cache=local --features=dpop,cimd >/dev/null
}

hydra() {
  need 'Ory Hydra' go cc
  echo "setup: building Ory Hydra $HYDRA with Go, which takes some minutes"
  mkdir -p .idp/hydra
  cd .idp/hydra
  go mod init build.local/hydra 2>/dev/null
  go mod edit -require "github.com/ory/hydra/v2@$HYDRA" -replace "$HYDRA_POP"
  GOFLAGS=-mod=mod CGO_ENABLED=1 go build -tags sqlite,json1 -trimpath -ldflags '-s -w' -o hydra github.com/ory/hydra/v2
  cd ../..
}

for one in keycloak hydra; do
  [ -e ".idp/$one/ready" ] && continue
  rm -rf ".idp/$one"
  "$one"
  touch ".idp/$one/ready"
done
