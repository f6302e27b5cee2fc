#!/bin/sh
# Deletes from the packages what no running program reads: declarations, sources in TypeScript (Node refuses them inside
# node_modules), maps, pages of documentation, tests. Licences stay.
set -eu
find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -iname 'readme*.md' -o -iname 'changelog*.md' \) -delete
rm -rf node_modules/*/test node_modules/*/tests node_modules/@types
# Packages of types alone: protobufjs names one as if a program read it.
rm -rf node_modules/@types
find node_modules -type d -empty -delete
