import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Sql } from '../../src/database/sql.ts'
import { sql } from '../support/database.ts'
import { checkout } from '../support/process.ts'
import { readVolatility } from './functions.ts'
import known from './known.json' with { type: 'json' }
import {
  constraintsBesideOthers,
  isApart,
  lintMigrations,
  lintSchema,
  readTablesWithoutService,
  type SchemaRule,
  schemaRules,
} from './schema.ts'
import { tablesWithoutService } from './tables.ts'

const volatility = await readVolatility(sql)

const ledger: Readonly<Record<string, readonly string[]>> = known.schema

/** Fails with what is refused and what to do, if the ledger has not exactly what was found. */
function compare(rule: string, found: readonly string[], listed: readonly string[], refused: string): void {
  const more = found.filter((each) => !listed.includes(each)).map((each) => `${each} has "${rule}". ${refused}`)
  const less = listed
    .filter((each) => !found.includes(each))
    .map((each) => `${each} no longer has "${rule}": take it off that list in tests/distributed/known.json.`)
  expect([...more, ...less]).toEqual([])
}

test('each table without a service_id has its place in tests/distributed/tables.ts', async () => {
  expect(await readTablesWithoutService(sql)).toEqual(tablesWithoutService)
})

test('what in the schema Citus refuses is in the ledger, and nothing else is', async () => {
  const found = await lintSchema(sql, volatility)
  expect(Object.keys(ledger)).toEqual(Object.keys(schemaRules))
  for (const rule of Object.keys(schemaRules) as SchemaRule[])
    compare(rule, found[rule], ledger[rule] ?? [], schemaRules[rule])
})

test('migrations that add a constraint beside another change of the table are in the ledger', () => {
  const refused =
    'Citus refuses ALTER TABLE with ADD CONSTRAINT beside other subcommands once the table is distributed: write a statement for each.'
  const found = lintMigrations(join(checkout, 'db/migrations'))
  compare('constraint beside others', found, known.migrations, refused)
})

test('only ALTER TABLE with ADD CONSTRAINT and something else is found', () => {
  const beside = 'alter table task add column a int, add constraint b check (a > 0)'
  expect(constraintsBesideOthers(`${beside}; alter table flow add constraint c check (true);`)).toEqual(['task'])
  expect(constraintsBesideOthers('alter table task add column a int, drop constraint b')).toEqual([])
})

test('rows of a foreign key lie together if both have the service among its columns', () => {
  const of = (table: string, columns: string[], target: string, target_columns: string[]) =>
    isApart({ table, columns, target, target_columns })
  expect(of('execution', ['service_id', 'task_id'], 'task', ['service_id', 'id'])).toBe(false)
  expect(of('execution', ['task_id'], 'task', ['id'])).toBe(true)
  expect(of('token', ['service_id'], 'service', ['id'])).toBe(false)
  expect(of('token', ['id', 'service_id'], 'task', ['service_id', 'id'])).toBe(true)
  expect(of('execution', ['replica_id'], 'replica', ['id'])).toBe(false)
  expect(of('replica', ['service_id'], 'service', ['id'])).toBe(true)
  expect(of('task', ['partition'], 'execution_expired', ['partition'])).toBe(true)
})

test('each kind of object that breaks a rule is found', async () => {
  const made = `
    create table lint_first (service_id uuid not null, id uuid default gen_random_uuid(), primary key (service_id, id), unique (id));
    create table lint_second (
      service_id uuid, first_id uuid references lint_first (id),
      foreign key (service_id, first_id) references lint_first on delete set null
    );
    create function lint_nothing() returns trigger language plpgsql as 'begin return null; end';
    create trigger of_rows after insert on lint_second for each row execute function lint_nothing();
    create trigger of_all after insert on lint_second referencing new table as added execute function lint_nothing();
    create trigger of_replicas after insert on replica execute function lint_nothing();`
  const undone = new Error('undone')
  const found = await sql
    .begin(async (transaction) => {
      await transaction.unsafe(made)
      throw Object.assign(undone, { found: await lintSchema(transaction as unknown as Sql, volatility) })
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
      return (error as { found: Record<SchemaRule, string[]> }).found
    })
  const added = Object.keys(schemaRules).map((rule) => {
    const listed = ledger[rule] ?? []
    return [rule, found[rule as SchemaRule].filter((each) => !listed.includes(each))]
  })
  expect(Object.fromEntries(added)).toEqual({
    'trigger on a distributed table': ['lint_second: of_all', 'lint_second: of_rows'],
    'trigger with transition tables': ['lint_second: of_all'],
    'trigger on a reference table': ['replica: of_replicas'],
    'foreign key between rows on different nodes': ['lint_second: lint_second_first_id_fkey'],
    'foreign key that clears service_id': ['lint_second: lint_second_service_id_first_id_fkey'],
    'unique key without service_id': ['lint_first: lint_first_id_key'],
    'default that differs from node to node': ['lint_first: id'],
  })
})
