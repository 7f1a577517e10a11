#!/bin/sh
# Regenerates db/schema.sql from db/migrations. Requires pg_dump 15 on the PATH, and in DATABASE_URL a PostgreSQL 15 where
# it may create a database, which it drops again:
#   DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres db/dump-schema.sh
# Version 15 is the oldest supported one; a newer pg_dump would write SQL that 15 does not understand.
set -eu
cd "$(dirname "$0")/.."

case "$(pg_dump --version)" in
  *' 15.'*) ;;
  *) echo "pg_dump 15 must come first on the PATH; this is $(pg_dump --version)." >&2; exit 1 ;;
esac

# Another database on the same server.
options=sslmode=disable
case "$DATABASE_URL" in *\?*) options=${DATABASE_URL#*\?} ;; esac
server=${DATABASE_URL%%\?*}
scratch="${server%/*}/duly_schema_dump?$options"
dump=$(mktemp)
dbmate() { node_modules/.bin/dbmate --url "$scratch" --migrations-dir db/migrations "$@"; }
trap 'dbmate drop >/dev/null; rm -f "$dump"' EXIT

dbmate --no-dump-schema up
dbmate --schema-file "$dump" dump
{
  echo '-- What db/migrations make of an empty database, for reading and for a diff. Written by db/dump-schema.sh: run'
  echo '--   DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres db/dump-schema.sh'
  echo '-- after a change of the migrations, and commit it with them. tests/database/schema.test.ts compares the two.'
  echo
  # Without psql commands, which no driver understands, and without the versions of server and pg_dump.
  grep -v -e '^\\' -e '^-- Dumped' "$dump" | cat -s
} > db/schema.sql
