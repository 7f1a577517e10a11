import { MigrationError } from './migration-error.ts'
import type { Sql } from './sql.ts'

/** A setting that a session should have and has not. */
export interface Missing {
  readonly name: string
  readonly found: string
  readonly expected: string
}

/**
 * Gives the user these settings in this database, and ends the idle sessions that Duly has used, this one too: a pooler keeps
 * sessions, and only new ones have the settings. A user may always do that for itself.
 * @throws the driver's error, if not because of the end of this session
 */
export async function giveToRole(sql: Sql, missing: readonly Missing[]): Promise<void> {
  const settings = JSON.stringify(missing.map(({ name, expected }) => ({ name, expected })))
  await sql.unsafe(`
    /* duly:give_settings */
    do $$
    declare
      setting record;
    begin
      for setting in select * from json_to_recordset($json$${settings}$json$) as given (name text, expected text) loop
        execute format(
          'alter role %I in database %I set %I = %L', current_user, current_database(), setting.name, setting.expected
        );
      end loop;
    end $$`)
  await sql`
    /* duly:end_idle_sessions */
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where usename = current_user
      and datname = current_database()
      -- A pooler of sessions resets those that a client has left, and their application_name.
      and (application_name like 'duly%' or query = 'DISCARD ALL')
      and (state = 'idle' or pid = pg_backend_pid())
    -- This session last.
    order by pid = pg_backend_pid()`.catch(endedHere)
}

/** The end of the session that asked for it. */
function endedHere(error: unknown): void {
  const { code } = error as { code?: string }
  if (code !== '57P01' && !code?.startsWith('08') && !code?.startsWith('CONNECTION')) throw error
}

/** Sessions lack settings. The message says which, and the statements after which they have them. */
export class MissingSettingsError extends MigrationError {
  constructor(
    readonly missing: readonly Missing[],
    { role, database }: RoleInDatabase,
  ) {
    const list = missing.map(({ name, found }) => `${name} is ${found}`).join(', ')
    const statements = missing.map(
      ({ name, expected }) => `  alter role ${role} in database ${database} set ${name} = '${expected}';`,
    )
    super(
      [
        `The settings that Duly asks for do not reach PostgreSQL (${list}): a connection pool such as PgBouncer drops them. Give them to the role, and let the pool open new connections (RECONNECT in PgBouncer's console), or let DATABASE_URL bypass it:`,
        ...statements,
      ].join('\n'),
    )
  }
}

/** The names of the user and of the database, quoted where necessary. */
interface RoleInDatabase {
  readonly role: string
  readonly database: string
}

/** Reads the names of the user and of the database. */
export async function readRole(sql: Sql): Promise<RoleInDatabase> {
  const [row] = await sql<[RoleInDatabase]>`
    /* duly:read_role */
    select quote_ident(current_user) as role, quote_ident(current_database()) as database`
  return row
}
