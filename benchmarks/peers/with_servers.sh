#!/bin/sh
# Runs a command with a PostgreSQL and a Redis of its own, as far as they are
# installed, and stops them after it.
#
#   benchmarks/peers/with_servers.sh DIR COMMAND...
#
# The data of PostgreSQL lies below DIR, which must be on the disk that is to be
# measured. Both listen on Unix sockets in a private directory and nowhere else;
# a system's own servers are left alone. PostgreSQL refuses to run as root: then
# it runs as the user postgres, who must be able to reach DIR.
set -eu

if [ $# -lt 2 ] || [ ! -d "$1" ]; then
  echo "usage: benchmarks/peers/with_servers.sh DIR COMMAND..." >&2
  exit 2
fi
data=$(mktemp -d "$(cd "$1" && pwd)/servers.XXXXXX")
sockets=$(mktemp -d)
shift
chmod 755 "$data" "$sockets"

as_postgres=""
if [ "$(id -u)" -eq 0 ] && id postgres >/dev/null 2>&1; then
  as_postgres="runuser -u postgres --"
fi
tools=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
started_postgres=""
redis=""

stop() {
  if [ -n "$started_postgres" ]; then
    $as_postgres "$tools/pg_ctl" -D "$data/postgres" -m immediate -s stop || true
  fi
  if [ -n "$redis" ]; then kill "$redis" && wait "$redis" || true; fi
  rm -rf "$data" "$sockets"
}
trap stop EXIT
trap 'exit 130' INT TERM

start_postgres() {
  mkdir "$data/postgres" "$sockets/postgres"
  if [ -n "$as_postgres" ]; then
    chown postgres "$data/postgres" "$sockets/postgres"
  fi
  $as_postgres "$tools/initdb" -D "$data/postgres" -U postgres -A trust \
    >"$sockets/initdb.log" 2>&1 || return 1
  # Its defaults, which are durable, but for where it listens and how many may
  # connect. A pool of 64 callers is connected twice at once.
  $as_postgres "$tools/pg_ctl" -D "$data/postgres" -s -w \
    -l "$data/postgres/log" -o "-c listen_addresses='' \
    -c unix_socket_directories='$sockets/postgres' -c max_connections=300" \
    start || return 1
  started_postgres=yes
  DRAWDOWN_POSTGRES_SOCKETS="$sockets/postgres"
  export DRAWDOWN_POSTGRES_SOCKETS
}

start_redis() {
  redis-server --port 0 --unixsocket "$sockets/redis" --save '' \
    --appendonly no --dir "$sockets" >/dev/null &
  redis=$!
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -S "$sockets/redis" ] && break
    sleep 0.2
  done
  [ -S "$sockets/redis" ] || return 1
  DRAWDOWN_REDIS_SOCKET="$sockets/redis"
  export DRAWDOWN_REDIS_SOCKET
}

if [ -z "$tools" ] || { [ "$(id -u)" -eq 0 ] && [ -z "$as_postgres" ]; }; then
  echo "PostgreSQL is not installed: left out" >&2
elif ! start_postgres; then
  echo "PostgreSQL does not start below $data: left out" >&2
fi
if ! command -v redis-server >/dev/null 2>&1; then
  echo "Redis is not installed: left out" >&2
elif ! start_redis; then
  echo "Redis does not start: left out" >&2
fi
"$@"
