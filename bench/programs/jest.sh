#!/bin/sh
# jest.sh NODE_MODULES: six test files in two workers of Jest.
set -eu
here=$(dirname "$(readlink -f "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for number in 1 2 3 4 5 6; do cp "$here/jest-test.cjs" "$folder/$number.test.cjs"; done
echo '{}' >"$folder/package.json"
node "$1/jest/bin/jest.js" --maxWorkers=2 --silent --rootDir "$folder" --transform '{}' \
  --cacheDirectory "$folder/cache" 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
