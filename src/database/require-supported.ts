import { MigrationError } from './migration-error.ts'
import type { Sql } from './sql.ts'

/**
 * Checks that the server is recent enough and that the session sees the right schema.
 * @throws MigrationError, or the driver's error
 */
export async function requireSupported(sql: Sql): Promise<void> {
  const [server] = await sql<{ number: number; version: string }[]>`/* duly:read_server_version */
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`
  if (server) requireVersion(server.number, server.version)
  await requireSchema(sql)
}

/**
 * Checks that PostgreSQL is 15 or newer.
 * @param number server_version_num, such as 140011 for 14.11
 * @throws MigrationError
 */
export function requireVersion(number: number, version: string): void {
  if (number < 150_000) throw new MigrationError(`PostgreSQL ${version} is too old: Duly needs PostgreSQL 15 or newer.`)
}

/**
 * Checks search_path and session_replication_role. With another search_path the migrations would create a second set of
 * tables, and with the role `replica` foreign keys are not enforced.
 */
async function requireSchema(sql: Sql): Promise<void> {
  const [found] = await sql<
    { first: string | null; seen: boolean; elsewhere: string | null; role: string }[]
  >`/* duly:check_schema */
    select
      current_schema() as first,
      to_regclass('schema_migrations') is not null as seen,
      (
        select min(schema.nspname)
        from pg_class as noted
        join pg_namespace as schema on schema.oid = noted.relnamespace
        where noted.relname = 'schema_migrations'
          and exists (select from pg_class where relname = 'execution_default' and relnamespace = schema.oid)
      ) as elsewhere,
      current_setting('session_replication_role') as role`
  if (!found) return
  if (found.role !== 'origin')
    throw new MigrationError(
      `session_replication_role is ${found.role} for the user of DATABASE_URL, which disables foreign keys that Duly relies on: reset it with alter role … reset session_replication_role.`,
    )
  if (!found.seen && found.elsewhere !== null)
    throw new MigrationError(
      `The tables of Duly are in the schema ${found.elsewhere}, which search_path does not name: add search_path=${found.elsewhere} to the parameters of DATABASE_URL, or reset the search_path of its user and database.`,
    )
  if (found.first === null)
    throw new MigrationError(
      'search_path names no schema that exists and may be used: add search_path=public to the parameters of DATABASE_URL, or reset the search_path of its user and database.',
    )
}
