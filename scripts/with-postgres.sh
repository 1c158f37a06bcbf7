#!/usr/bin/env bash
# Runs a command beside a private, throw-away PostgreSQL server:
#
#   scripts/with-postgres.sh npm test
#
# The server listens on a free port of 127.0.0.1, keeps its data in a temporary folder, and is gone with the command.
# The command finds it in DOVETAIL_TEST_POSTGRES (a URL with the password of a superuser).
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: $0 <command> [argument ...]" >&2
  exit 2
fi

# Debian keeps the server's programs out of the PATH, and runuser off that of some services.
PATH="$PATH:/usr/sbin:/sbin"
bin=''
for folder in "$(dirname "$(command -v initdb || echo /none/initdb)")" /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin; do
  if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then bin="$folder"; fi
done
if [ -z "$bin" ]; then
  echo "PostgreSQL's server programs are missing; on Debian and Ubuntu: apt-get install --no-install-recommends postgresql" >&2
  exit 1
fi

folder="$(mktemp -d "${TMPDIR:-/tmp}/dovetail-postgres.XXXXXX")"
# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  as_owner=(runuser -u postgres --)
  chown postgres "$folder"
fi

stop() {
  status=$?
  trap - EXIT INT TERM
  (cd / && "${as_owner[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop) >/dev/null 2>&1 || true
  rm -rf "$folder"
  exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port="$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")"
password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
"${as_owner[@]}" bash -c 'umask 077; cat >"$1"' - "$folder/password" <<<"$password"

(
  cd /
  "${as_owner[@]}" "$bin/initdb" --pgdata="$folder/data" --username=dovetail --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }
  # Nothing here outlives the command, so nothing needs to reach the disk.
  "${as_owner[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/data/server.log" --wait --silent start --options="\
    -c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" ||
    { cat "$folder/data/server.log" >&2; exit 1; }
)

export DOVETAIL_TEST_POSTGRES="postgres://dovetail:$password@127.0.0.1:$port/postgres"
"$@"
