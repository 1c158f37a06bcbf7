#!/usr/bin/env bash
# Runs a command beside a private, throw-away Redmine:
#
#   scripts/with-redmine.sh npm test
#
# It serves on a free port of 127.0.0.1, keeps its SQLite database in a temporary folder, and is gone with the command.
# The command finds it in DOVETAIL_TEST_REDMINE (its URL) and DOVETAIL_TEST_REDMINE_KEY (the API key of an administrator).
# The project, the trackers and the custom fields that the tests need are made by scripts/redmine-setup.rb.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: $0 <command> [argument ...]" >&2
  exit 2
fi

source=/usr/share/redmine
if [ ! -f "$source/bin/rails" ]; then
  echo "Redmine is missing; on Debian and Ubuntu: apt-get install --no-install-recommends redmine redmine-sqlite" >&2
  exit 1
fi

setup="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/redmine-setup.rb"
folder="$(mktemp -d "${TMPDIR:-/tmp}/dovetail-redmine.XXXXXX")"
server=''
stop() {
  status=$?
  trap - EXIT INT TERM
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
  exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A copy, since the package keeps its instances in folders of the system.
cp -a "$source/." "$folder"
rm "$folder/instances" "$folder/Gemfile.lock"
# The package leaves the choice of the HTTP server open; this one comes with its dependencies.
echo "gem 'webrick'" >"$folder/Gemfile.local"
instance="$folder/instances/test"
mkdir -p "$instance"/{config,log,tmp,files,plugins}
od -An -N64 -tx1 /dev/urandom | tr -d ' \n' >"$instance/config/secret_key.txt"
cat >"$instance/config/database.yml" <<YAML
production: { adapter: sqlite3, database: $instance/redmine.db, encoding: utf8, timeout: 10000 }
YAML

export DOVETAIL_TEST_REDMINE_KEY
DOVETAIL_TEST_REDMINE_KEY="$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')"
port="$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")"

run() { (cd "$folder" && REDMINE_INSTANCE=test RAILS_ENV=production TZ=UTC "$@"); }
for step in 'bin/rake db:migrate' "bin/rails runner $setup"; do
  # shellcheck disable=SC2086
  run ruby $step >"$instance/log/setup.log" 2>&1 || { cat "$instance/log/setup.log" >&2; exit 1; }
done

(cd "$folder" && REDMINE_INSTANCE=test RAILS_ENV=production TZ=UTC exec ruby bin/rails server -u webrick -b 127.0.0.1 -p "$port" \
  -P "$folder/server.pid") >"$instance/log/server.log" 2>&1 &
server=$!
export DOVETAIL_TEST_REDMINE="http://127.0.0.1:$port"
for _ in $(seq 240); do
  if node -e "fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))" "$DOVETAIL_TEST_REDMINE/login"; then
    ready=yes
    break
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.5
done
if [ -z "${ready:-}" ]; then
  cat "$instance/log/server.log" >&2
  echo 'Redmine did not start' >&2
  exit 1
fi
"$@"
