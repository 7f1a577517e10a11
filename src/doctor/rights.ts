import type { Sql } from '../database/sql.ts'
import { missingGrants } from '../maintenance/partitions.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Checks what the database user may do. */
export async function examineRights(sql: Sql): Promise<readonly Finding[]> {
  const [grants, tables] = await Promise.all([missingGrants(sql), listTablesWithoutRights(sql)])
  const found: Finding[] = []
  if (tables.length > 0)
    found.push(
      problem(
        'rights',
        `The user may not read and write ${tables.join(', ')}.`,
        `As the owner: grant select, insert, update, delete on ${tables.join(', ')} to the user.`,
      ),
    )
  if (grants.length > 0)
    found.push(
      warning(
        'rights',
        'The user may not make and drop partitions: executions go to execution_default, and expired ones are deleted row by row.',
        `As the owner: ${grants.join('; ')}.`,
      ),
    )
  return found.length > 0 ? found : [ok('rights', 'The user may read and write all tables, and make partitions.')]
}

/** Tables of Duly that the user may not read or write. */
async function listTablesWithoutRights(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    /* duly:list_tables_without_rights */
    select pg_class.oid::regclass::text as name
    from pg_class
    cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as needed (privilege)
    where relnamespace = current_schema()::regnamespace
      and relkind in ('r', 'p')
      and not relispartition
      and relname <> 'schema_migrations'
      and not has_table_privilege(pg_class.oid, needed.privilege)
    group by pg_class.oid
    order by 1`
  return rows.map(({ name }) => name)
}
