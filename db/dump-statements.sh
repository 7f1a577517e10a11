#!/bin/sh
# Writes db/statements again: the statements of the scheduler as PostgreSQL receives them, for reading and for `explain`. Run
# it after a change of one of them, and commit the result. tests/transitions/statement-files.test.ts compares the two.
set -eu
cd "$(dirname "$0")/.."
rm -f db/statements/*.sql
WRITE_STATEMENTS=1 bun run test tests/transitions/statement-files
