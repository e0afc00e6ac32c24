#!/bin/sh
# Chromium shows a page that fills memory, and prints what became of it.
set -eu
here=$(dirname "$(readlink -f "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder"
chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
  --virtual-time-budget=2000 --dump-dom "file://$here/page.html" 2>/dev/null | grep -q filled
