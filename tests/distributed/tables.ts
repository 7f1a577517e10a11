/**
 * What each table would be on Citus. Tables with a `service_id` would be distributed by it, all in the same way, so that the rows
 * of a service lie on one node. This list holds the others.
 */
export type Kind =
  /** Rows lie on the node of their service. */
  | 'distributed'
  /** Each node has all rows. */
  | 'reference'
  /** Only the coordinator has it. */
  | 'local'
  /** PostgreSQL's own, of which each node has one of its own. */
  | 'catalog'

/** Tables without a service_id, and what they would be. */
const others: Readonly<Record<string, Kind>> = {
  // By its id, which is the service_id of all others.
  service: 'distributed',
  // Joined with the executions of all services; a lease is renewed every few seconds, so that writing to each node is cheap.
  replica: 'reference',
  // One row or a few, which every replica reads and writes through whichever node it is connected to.
  pass_beat: 'reference',
  outage: 'reference',
  time_zone_release: 'reference',
  // Read with each request of an operator, and written by hand.
  operator_token: 'reference',
  // Only dbmate reads it, at the coordinator, where migrations run.
  schema_migrations: 'local',
  // Partitions are made, copied and dropped from the coordinator only.
  execution_rewrite: 'local',
  execution_expired: 'local',
  history_cap: 'local',
}

const columnOf: Readonly<Record<string, string>> = { service: 'id' }

/** The column by which a distributed table would be distributed. */
export const placeColumn = (table: string): string => columnOf[table] ?? 'service_id'

/** The table that a partition of `execution` belongs to; any other name as it is. */
export const wholeTable = (name: string): string => (/^execution_(\d|default)/.test(name) ? 'execution' : name)

/** What a table of Duly would be. `tests/distributed/schema.test.ts` compares this with the tables of a migrated database. */
export const kindOf = (table: string): Kind =>
  table.startsWith('pg_') ? 'catalog' : (others[wholeTable(table)] ?? 'distributed')

/** The tables that have no service_id. */
export const tablesWithoutService: readonly string[] = Object.keys(others).sort()
