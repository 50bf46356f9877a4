#!/usr/bin/env bash
# Finds or starts RabbitMQ and PostgreSQL for the tests and the benchmark, and prints
#   export AMPLEDGER_TEST_AMQP_URL=…
#   export AMPLEDGER_TEST_POSTGRES_URL=…
# In this order: the URLs of the environment; what listens on this machine; containers; packages of
# Debian. Usage: deploy/services.sh <python with aio-pika and psycopg>
set -euo pipefail
cd "$(dirname "$0")"
source ./apt.bash

python="${1:-python3}"
case "$python" in */*) [ -x "$python" ] || python="../$python" ;; esac
PATH="$PATH:/usr/sbin:/usr/local/sbin"

own_amqp=amqp://guest:guest@127.0.0.1:5672/

fail() {
  say "$*"
  say "set AMPLEDGER_TEST_AMQP_URL and AMPLEDGER_TEST_POSTGRES_URL to use others."
  exit 1
}

amqp_answers() {
  "$python" - "$1" 2>/dev/null <<'PYTHON'
import asyncio, sys, aio_pika
async def main():
    async with asyncio.timeout(5):
        await (await aio_pika.connect(sys.argv[1])).close()
asyncio.run(main())
PYTHON
}

postgres_answers() { # … to a role that may make databases
  "$python" - "$1" 2>/dev/null <<'PYTHON'
import sys, psycopg
may = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
sys.exit(not psycopg.connect(sys.argv[1], connect_timeout=5).execute(may).fetchone()[0])
PYTHON
}

find_amqp() { amqp_answers "$own_amqp" && echo "$own_amqp"; }

cluster() { pg_lsclusters --no-header 2>/dev/null | head -n 1; } # version name port …

find_postgres() {
  local port user url
  for port in $({ echo 5432 && cluster | awk '{ print $3 }'; } | uniq); do
    for user in postgres ampledger:ampledger; do
      url="postgresql://$user@127.0.0.1:$port/postgres"
      if postgres_answers "$url"; then echo "$url" && return; fi
    done
  done
  return 1
}

wait_for() { # <command…>: the first thing it prints within a minute
  local _
  for _ in $(seq 60); do
    if "$@"; then return; fi
    sleep 1
  done
  return 1
}

as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else sudo --non-interactive -u postgres "$@"; fi
}

with_containers() { # <service…>
  docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1 || return 1
  say "starting $* with docker compose"
  docker compose --file compose.test.yaml up --detach --wait "$@" >&2
}

# Not by the wrapper's `su`: that would give it 1024 file handles, and a quorum queue takes three.
detach_rabbitmq='
  most="$(ulimit -Hn)"
  if [ "$most" = unlimited ] || [ "$most" -gt 65536 ]; then most=65536; fi
  ulimit -n "$most"
  export HOME=/var/lib/rabbitmq
  exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups rabbitmq-server -detached
'

start_rabbitmq() {
  may_be_root || fail "RabbitMQ does not answer on this machine, and root is needed to start it."
  apt_install rabbitmq-server rabbitmq-server
  find_amqp >/dev/null && return # installing it may have started it
  say "starting RabbitMQ"
  if [ -d /run/systemd/system ]; then
    as_root systemctl start rabbitmq-server >&2
  else
    as_root bash -c "$detach_rabbitmq" >&2
  fi
}

start_postgres() {
  local version name port
  may_be_root || fail "PostgreSQL does not answer on this machine, and root is needed to start it."
  apt_install postgresql pg_ctlcluster
  read -r version name port _ < <(cluster) || fail "PostgreSQL has no cluster."
  if ! as_root pg_ctlcluster "$version" "$name" status >/dev/null; then
    say "starting PostgreSQL $version"
    as_root pg_ctlcluster "$version" "$name" start >&2
  fi
  as_postgres psql --port "$port" --quiet --set ON_ERROR_STOP=1 >&2 <<'SQL' # over TCP a Debian wants a password
SELECT 'CREATE ROLE ampledger LOGIN' WHERE NOT EXISTS (
  SELECT FROM pg_roles WHERE rolname = 'ampledger'
) \gexec
ALTER ROLE ampledger CREATEDB PASSWORD 'ampledger';
SQL
}

amqp="${AMPLEDGER_TEST_AMQP_URL:-$(find_amqp || true)}"
if [ -z "$amqp" ]; then
  with_containers rabbitmq || start_rabbitmq
  amqp="$(wait_for find_amqp)" || fail "RabbitMQ was started but does not answer."
fi

postgres="${AMPLEDGER_TEST_POSTGRES_URL:-$(find_postgres || true)}"
if [ -z "$postgres" ]; then
  with_containers postgres || start_postgres
  postgres="$(wait_for find_postgres)" || fail "PostgreSQL was started but does not answer."
fi

say "RabbitMQ at ${amqp##*@}, PostgreSQL at ${postgres##*@}"
printf 'export AMPLEDGER_TEST_AMQP_URL=%q\nexport AMPLEDGER_TEST_POSTGRES_URL=%q\n' "$amqp" "$postgres"
