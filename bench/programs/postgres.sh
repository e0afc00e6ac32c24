#!/bin/sh
# A new PostgreSQL with 256 MB of shared buffers, under pgbench for some seconds.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ "$(id -u)" = 0 ]; then
  # It refuses to run as root.
  exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" --no-sync --auth=trust --username=bench --locale=C -D "$folder/data" >/dev/null
"$bin/pg_ctl" start --wait --silent -D "$folder/data" -l "$folder/log" -o \
  "-c listen_addresses= -c unix_socket_directories=$folder -c shared_buffers=256MB -c fsync=off"
export PGHOST="$folder" PGUSER=bench PGDATABASE=postgres
"$bin/pgbench" --initialize --quiet --scale=10 2>/dev/null
"$bin/psql" --quiet --output=/dev/null --command="create extension pg_prewarm" \
  --command="select pg_prewarm('pgbench_accounts')"
"$bin/pgbench" --client=4 --time=2 >/dev/null 2>&1
"$bin/pg_ctl" stop --wait --silent --mode=fast -D "$folder/data"
