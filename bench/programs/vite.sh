#!/bin/sh
# vite.sh NODE_MODULES: Vite builds a page of 1500 modules.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
awk 'BEGIN {
  for (number = 0; number < 1500; number++) {
    file = "module" number ".js"
    printf "import { value as next } from \"./module%d.js\";\n", number + 1 > file
    for (line = 0; line < 60; line++)
      printf "export function f%d(a) { return a.map((b) => b + %d + next); }\n", line, line > file
    printf "export const value = f0([%d]) + f59([1]);\n", number > file
    close(file)
  }
  print "export const value = 1;" > "module1500.js"
  print "import { value } from \"./module0.js\"; document.title = value;" > "main.js"
  print "<script type=module src=./main.js></script>" > "index.html"
}'
echo '{}' >package.json
node "$1/vite/bin/vite.js" build --logLevel error
