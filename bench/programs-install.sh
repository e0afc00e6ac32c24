#!/bin/sh
# Installs the programs that bench:accuracy measures besides its own: those of the distribution
# (Debian), and packages for Node in a folder of their own. Nothing else runs this.
set -eu
folder=${MEMTOP_BENCH_PROGRAMS:-${TMPDIR:-/tmp}/memtop-bench-programs}
peers=${MEMTOP_BENCH_PEERS:-${TMPDIR:-/tmp}/memtop-bench-peers}

apt-get update
apt-get install --yes --no-install-recommends \
  7zip chromium default-jdk-headless gcc gunicorn make postgresql postgresql-contrib python3 \
  python3-numpy python3-pytest python3-pytest-xdist xz-utils zstd

mkdir -p "$folder" "$peers"
npm install --no-audit --no-fund --prefix "$folder" jest@30 vite@8
npm install --no-audit --no-fund --prefix "$peers" pidtree pidusage
# The bench also measures as a user without privileges.
chmod -R a+rX "$folder" "$peers"
