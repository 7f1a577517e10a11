import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import { headerPath } from '../formats/json-pointer.ts'
import type { StoredHeader } from '../secrets/secrets.ts'

/** The request headers of a task that is to be written. */
type GivenHeader = Pick<StoredHeader, 'header' | 'uses'>

/**
 * Returns the errors of headers that refer to named secrets which the service does not have. Without a reference, no statement
 * is sent.
 * @param pathOf returns the path of a task, by its index
 */
export async function checkUses(
  sql: Sql,
  serviceId: string,
  tasks: readonly GivenHeader[],
  pathOf: (index: number) => string,
): Promise<FieldError[]> {
  const names = new Set(tasks.flatMap(({ uses }) => uses.map(({ name }) => name)))
  if (names.size === 0) return []
  const missing = await findMissing(sql, serviceId, [...names])
  return tasks.flatMap(({ header, uses }, index) =>
    uses
      .filter(({ name }) => missing.includes(name))
      .map((use) => {
        const given = Object.keys(header).find((name) => name.toLowerCase() === use.header) ?? use.header
        return {
          path: `${pathOf(index)}${headerPath(given)}`,
          message: `refers to the secret ${use.name}, which does not exist: set it first, with PUT /secrets/${use.name}`,
        }
      }),
  )
}

/** Returns those of the names for which the service has no secret. */
async function findMissing(sql: Sql, serviceId: string, names: string[]): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    /* duly:find_missing_secrets */
    select wanted.name
    from unnest(${names}::text[]) as wanted (name)
    where not exists (select from secret where service_id = ${serviceId} and secret.name = wanted.name)`
  return rows.map(({ name }) => name)
}
