#!/bin/sh
# Lists the installed packages as SPDX on the standard output. npm asks for the development packages too, even when told to leave them
# out, and for a version of the root: the manifests here are the build's copies, so they may be made to say what is installed.
set -eu
npm pkg delete devDependencies
npm pkg delete devDependencies --workspaces
npm pkg set name=anypod-image version="$(node -p 'require("./services/mcp-server/package.json").version')"
npm sbom --omit=dev --sbom-format=spdx --workspace=@anypod/mcp-server
