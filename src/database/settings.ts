type Settings = Readonly<Record<string, string | number>>

/**
 * What statements and the driver rely on, whatever role, database and server say. Not among it: default_transaction_read_only,
 * with which an operator fences a server off.
 */
const reliedOn: Settings = {
  bytea_output: 'hex',
  array_nulls: 'on',
  IntervalStyle: 'postgres',
  extra_float_digits: 1,
  backslash_quote: 'safe_encoding',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off',
  xmloption: 'content',
  row_security: 'on',
  gin_fuzzy_search_limit: 0,
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  default_table_access_method: 'heap',
  idle_session_timeout: 0,
  client_min_messages: 'notice',
  // What decides over plans: their estimates were looked at with these.
  // In kB.
  work_mem: 4096,
  cursor_tuple_fraction: 0.1,
  from_collapse_limit: 8,
  join_collapse_limit: 8,
  geqo: 'on',
  geqo_threshold: 12,
  plan_cache_mode: 'auto',
  constraint_exclusion: 'partition',
  seq_page_cost: 1,
  enable_async_append: 'on',
  enable_bitmapscan: 'on',
  enable_gathermerge: 'on',
  enable_hashagg: 'on',
  enable_hashjoin: 'on',
  enable_incremental_sort: 'on',
  enable_indexonlyscan: 'on',
  enable_indexscan: 'on',
  enable_material: 'on',
  enable_memoize: 'on',
  enable_mergejoin: 'on',
  enable_nestloop: 'on',
  enable_seqscan: 'on',
  enable_sort: 'on',
  enable_tidscan: 'on',
  // Cheap statements only: just-in-time compilation would cost more than it saves.
  jit: 'off',
}

/** Settings that PgBouncer keeps for each client, so that it takes them at the start. */
const atStart: Settings = { TimeZone: 'UTC', DateStyle: 'ISO, MDY', standard_conforming_strings: 'on' }

/**
 * The parameters with which a session starts, so that settings mean in it what is meant here. All that PgBouncer does not
 * know go in `options`, of which it can be told to let them pass.
 * @param own of this connection, before the common ones
 * @param given by the address: its `options` come first, and its other parameters stay beside
 */
export function startParameters(own: Settings, given: Readonly<Record<string, string>>): Record<string, string> {
  const { options, ...others } = given
  const ours = Object.entries({ ...reliedOn, ...own }).map(([name, value]) => `-c ${name}=${escaped(String(value))}`)
  const start = Object.entries(atStart).map(([name, value]) => [name, String(value)] as const)
  return { ...others, ...Object.fromEntries(start), options: [...(options ? [options] : []), ...ours].join(' ') }
}

/** What a session must have when its parameters have reached the server, by PostgreSQL's names. */
export const expectedSettings = (own: Settings): Settings => ({ ...reliedOn, ...own, ...atStart })

const escaped = (value: string) => value.replace(/[\\ ]/g, '\\$&')
