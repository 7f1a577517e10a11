import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from '../../src/database/sql.ts'
import { calledFunctions, sessionFunction, type Volatility } from './functions.ts'
import { kindOf, placeColumn } from './tables.ts'
import { child, list, parse } from './tree.ts'

/** What Citus does about each kind of object of the schema, as far as it is known, and what runs on both. */
export const schemaRules = {
  'trigger on a distributed table':
    'A table with triggers is distributed only with the setting citus.enable_unsafe_triggers. They then run on the nodes, each for ' +
    'a shard, and may touch rows of the same service only. Write it into the statements instead.',
  'trigger with transition tables':
    'It counts as refused, but whether Citus takes it is not settled. Write it into the statements instead.',
  'trigger on a reference table':
    '"triggers are not supported on reference tables". Write it into the statements instead.',
  'foreign key between rows on different nodes':
    'A foreign key between distributed tables must contain service_id on both sides; none may point from a reference table or a ' +
    'table of the coordinator to a distributed one.',
  'foreign key that clears service_id':
    '"SET NULL or SET DEFAULT is not supported in ON DELETE operation when distribution key is included in the foreign key ' +
    'constraint". Delete the rows, or clear the column in the statement that deletes.',
  'unique key without service_id': 'A unique or primary key of a distributed table must contain its service_id.',
  'default that differs from node to node':
    'A volatile function, or one of a session or a transaction. Which node computes it is not settled, and what ' +
    'belongs to a transaction of one node means nothing on another. Give the value as a parameter.',
} as const

/** The name of a rule about the schema. */
export type SchemaRule = keyof typeof schemaRules

/** Returns for each rule the objects that break it, in order. */
export async function lintSchema(
  sql: Sql,
  volatility: Volatility,
): Promise<Readonly<Record<SchemaRule, readonly string[]>>> {
  const [triggers, foreign, unique, defaults] = await Promise.all([
    readTriggers(sql),
    readForeignKeys(sql),
    readUniqueKeys(sql),
    readDefaults(sql),
  ])
  const isDistributed = ({ table }: { table: string }) => kindOf(table) === 'distributed'
  const ofDistributed = triggers.filter(isDistributed)
  const differs = ({ value }: { value: string }) =>
    parse(`select ${value}`)
      .flatMap(calledFunctions)
      .some((name) => volatility.volatile.has(name) || sessionFunction.test(name))
  return {
    'trigger on a distributed table': ofDistributed.map(labelOf),
    'trigger with transition tables': ofDistributed.filter(({ transitions }) => transitions).map(labelOf),
    'trigger on a reference table': triggers.filter(({ table }) => kindOf(table) === 'reference').map(labelOf),
    'foreign key between rows on different nodes': foreign.filter(isApart).map(labelOf),
    'foreign key that clears service_id': foreign
      .filter(({ table, cleared }) => cleared.includes(placeColumn(table)))
      .map(labelOf),
    'unique key without service_id': unique
      .filter((key) => isDistributed(key) && !key.columns.includes(placeColumn(key.table)))
      .map(labelOf),
    'default that differs from node to node': defaults
      .filter((each) => isDistributed(each) && differs(each))
      .map(labelOf),
  }
}

const labelOf = ({ table, name }: { table: string; name: string }): string => `${table}: ${name}`

interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly columns: readonly string[]
  readonly target: string
  readonly target_columns: readonly string[]
  /** The columns that are set to null or to their default when the row that they refer to is deleted. */
  readonly cleared: readonly string[]
}

/** Whether the two rows of a foreign key may lie on different nodes. */
export function isApart({ table, columns, target, target_columns }: Omit<ForeignKey, 'name' | 'cleared'>): boolean {
  const [from, to] = [kindOf(table), kindOf(target)]
  if (to !== 'distributed') return to === 'local' && from !== 'local'
  if (from !== 'distributed') return true
  const at = columns.indexOf(placeColumn(table))
  return at < 0 || target_columns[at] !== placeColumn(target)
}

const readTriggers = (sql: Sql) => sql<{ table: string; name: string; transitions: boolean }[]>`
  select relname as table, tgname as name, tgoldtable is not null or tgnewtable is not null as transitions
  from pg_trigger
  join pg_class on pg_class.oid = tgrelid
  where not tgisinternal
    and tgparentid = 0
  order by relname collate "C", tgname collate "C"`

const readForeignKeys = (sql: Sql) => sql<ForeignKey[]>`
  select
    source.relname as table, conname as name, target.relname as target,
    (select array_agg(attname::text order by ordinality)
      from unnest(conkey) with ordinality join pg_attribute on attrelid = conrelid and attnum = unnest) as columns,
    (select array_agg(attname::text order by ordinality)
      from unnest(confkey) with ordinality join pg_attribute on attrelid = confrelid and attnum = unnest) as target_columns,
    coalesce(
      (select array_agg(attname::text)
        from unnest(case when confdeltype in ('n', 'd') then coalesce(confdelsetcols, conkey) end) as cleared
        join pg_attribute on attrelid = conrelid and attnum = cleared),
      '{}') as cleared
  from pg_constraint
  join pg_class source on source.oid = conrelid
  join pg_class target on target.oid = confrelid
  where contype = 'f'
    and conparentid = 0
  order by source.relname collate "C", conname collate "C"`

const readUniqueKeys = (sql: Sql) => sql<{ table: string; name: string; columns: string[] }[]>`
  select
    tables.relname as table, indexes.relname as name,
    array(select attname::text from pg_attribute where attrelid = indexes.oid and attnum <= indnkeyatts) as columns
  from pg_index
  join pg_class indexes on indexes.oid = indexrelid
  join pg_class tables on tables.oid = indrelid
  join pg_namespace on pg_namespace.oid = tables.relnamespace
  where (indisunique or indisexclusion)
    and not tables.relispartition
    and nspname = 'public'
  order by tables.relname collate "C", indexes.relname collate "C"`

const readDefaults = (sql: Sql) => sql<{ table: string; name: string; value: string }[]>`
  select relname as table, attname as name, pg_get_expr(adbin, adrelid) as value
  from pg_attrdef
  join pg_class on pg_class.oid = adrelid
  join pg_attribute on attrelid = adrelid and attnum = adnum
  join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = 'public'
    and not relispartition
  order by relname collate "C", attname collate "C"`

/** Returns the tables of a database that have no service_id, in order. Partitions count as their table. */
export async function readTablesWithoutService(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public'
      and relkind in ('r', 'p')
      and not exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'service_id')
    order by relname collate "C"`
  return rows.map(({ name }) => name)
}

/** Returns the tables that a migration alters by ADD CONSTRAINT beside other subcommands, which Citus refuses. */
export const constraintsBesideOthers = (migration: string): readonly string[] =>
  parse(migration)
    .map((statement) => child(statement, 'AlterTableStmt'))
    .filter((alter) => {
      const kinds = list(alter, 'cmds').map((each) => child(each, 'AlterTableCmd')?.subtype)
      return kinds.length > 1 && kinds.includes('AT_AddConstraint')
    })
    .map((alter) => child(alter, 'relation')?.relname as string)

/** Returns the migrations with such statements, each with the tables: `20261129000430_task_calendar.sql: task`. */
export function lintMigrations(folder: string): readonly string[] {
  const found = readdirSync(folder)
    .sort()
    .flatMap((file) =>
      constraintsBesideOthers(readFileSync(join(folder, file), 'utf8')).map((table) => `${file}: ${table}`),
    )
  return [...new Set(found)]
}
