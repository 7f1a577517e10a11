/** A column of sealed texts. Their rows belong to a service, and have an id or a name in it. */
export interface SealedColumn {
  readonly table: 'channel' | 'secret' | 'signing_key' | 'task' | 'tls_profile'
  readonly column: string
  /** The column that names the row in its service. */
  readonly id: 'name' | 'id'
  /** The type of that column. */
  readonly type: 'text' | 'uuid'
}

/**
 * All columns of sealed texts. Besides these, `task.secret_header` is an object of sealed texts. Keys are rotated in these
 * columns; a test finds every column of the database that holds sealed values in one of the two.
 */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'channel', column: 'sealed', id: 'id', type: 'uuid' },
  { table: 'secret', column: 'sealed', id: 'name', type: 'text' },
  { table: 'tls_profile', column: 'sealed_key', id: 'name', type: 'text' },
  { table: 'signing_key', column: 'sealed', id: 'id', type: 'uuid' },
  { table: 'task', column: 'sealed_url', id: 'id', type: 'uuid' },
]

/**
 * Names the place of a sealed text, which is authenticated with it: a value that is copied to another row does not open.
 * @param id the value of the column that names the row
 */
export const placeOf = (table: SealedColumn['table'], serviceId: string, id: string): string =>
  `${serviceId.toLowerCase()}/${table}/${table === 'task' ? id.toLowerCase() : id}`
