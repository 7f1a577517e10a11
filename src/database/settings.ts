type Settings = Readonly<Record<string, string | number>>

/**
 * Settings that the statements and the driver depend on. They override those of the role, the database and the server.
 * default_transaction_read_only is not among them, since operators set it to fence off a server.
 */
const required: Settings = {
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
  // Planner settings; plans were examined with these values. work_mem is in kB.
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
  // Compiling the statements, which are all cheap, would cost more than it saves.
  jit: 'off',
}

/** Settings that PgBouncer tracks for each client, and therefore accepts as startup parameters. */
const tracked: Settings = { TimeZone: 'UTC', DateStyle: 'ISO, MDY', standard_conforming_strings: 'on' }

/**
 * Returns the startup parameters of a session. Settings that PgBouncer does not track are passed in `options`, which it can
 * be configured to ignore (ignore_startup_parameters).
 * @param own settings of this connection; they override the common ones
 * @param given parameters of the address; its `options` come first, so that ours take precedence
 */
export function startParameters(own: Settings, given: Readonly<Record<string, string>>): Record<string, string> {
  const { options, ...others } = given
  const ours = Object.entries({ ...required, ...own }).map(([name, value]) => `-c ${name}=${escaped(String(value))}`)
  const start = Object.entries(tracked).map(([name, value]) => [name, String(value)] as const)
  return { ...others, ...Object.fromEntries(start), options: [...(options ? [options] : []), ...ours].join(' ') }
}

/** Returns the settings that a session has if its startup parameters have reached the server. */
export const expectedSettings = (own: Settings): Settings => ({ ...required, ...own, ...tracked })

const escaped = (value: string) => value.replace(/[\\ ]/g, '\\$&')
