import type { Socket } from 'node:net'
import postgres from 'postgres'
import { closeAfterFirstWrite } from './first-write.ts'
import { withLocalSettings } from './local-settings.ts'
import { routeTo } from './route.ts'
import { startParameters } from './settings.ts'
import type { PoolLoad, Replacement, Sql } from './sql.ts'
import { Turns } from './turns.ts'
import { withWatchdog } from './watchdog.ts'

/** Options of a pool. */
export interface ConnectOptions {
  /** The maximum number of connections. */
  readonly max: number
  /** The server's statement_timeout; 0 is no limit. */
  readonly statementTimeoutSeconds: number
  /** The application_name in pg_stat_activity; begins with "duly". */
  readonly name: string
  /** True for the scheduler, whose statements all find their rows by key: see `byKeyPlans`. */
  readonly byKey?: boolean
  /**
   * True for commands, which do not ask whether sessions are pooled by transaction: they prepare nothing, and plan by key in
   * transactions.
   */
  readonly unchecked?: boolean
  /** The server's lock_timeout, in ms. Default: 2,000. */
  readonly lockTimeoutMs?: number
  /** Called when the pool's connections were replaced because they did not respond or the server became read-only. */
  readonly replaced?: (why: Replacement) => void
  /** Called when it turns out that prepared statements do not survive between statements; from then on none are used. */
  readonly statementsLost?: () => void
  /** Updated by the pool. */
  readonly load?: PoolLoad
}

/** A connection counts as dead if a statement exceeds its statement_timeout by this many seconds. */
const silenceSeconds = 2

/**
 * Planner settings for statements that find few rows by key in tables of any size: plans are made once per connection and
 * never scan a whole table. By its own estimates the planner, which does not know how many rows a claim's limit lets
 * through, hashes all tasks to join a claim of 200 rows: 20 ms instead of 2 ms with 100,000 tasks. A plan is often made
 * while the tables are still empty, and then reused; as pages cost nothing here, index lookups are the cheapest even then.
 */
const byKeyPlans = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  random_page_cost: 0,
  enable_partition_pruning: 'on',
}

/** Returns the server settings that depend on the options of a pool: its timeouts, and how its statements are planned. */
export const settingsOf = (options: ConnectOptions) => ({
  statement_timeout: options.statementTimeoutSeconds * 1000,
  lock_timeout: options.lockTimeoutMs ?? 2000,
  idle_in_transaction_session_timeout: 30_000,
  // PostgreSQL 18 crashes if a row that a statement locks was changed concurrently and the statement prunes partitions by
  // values of its rows: it then prunes by what EvalPlanQual leaves behind. The scheduler's statements prune by their
  // parameters only (see src/transitions/partition-bound.ts); all others search every partition.
  enable_partition_pruning: 'off',
  ...(options.byKey ? byKeyPlans : {}),
})

/** Converts PostgreSQL's text for a UTC time, such as `2026-11-24 05:30:00.25+00`, to RFC 3339. */
const rfc3339 = (text: string) => text.replace(' ', 'T').replace('+00', 'Z')

/**
 * Opens a pool. It connects at the first statement. Sessions use UTC, so that a day has 24 hours, and a lock_timeout, so
 * that a lock held by another session does not hold up a pass. Connections that do not respond, or whose server has become
 * read-only, are replaced. No statement is sent behind another one: it would wait for one that takes long while another connection
 * becomes free, PgBouncer before 1.21 passes a session on between the two, and the driver loses a transaction that it begins behind
 * as many statements as it allows (max_pipeline): PostgreSQL has begun it, and the next statement on that connection, such as
 * a write that is then confirmed, is part of it. Behind a pooler that drops them, the settings of `byKey` are set in each transaction, and without
 * sessions of their own statements are not prepared: see `checkSessions`.
 * @throws AddressError for a URL that cannot be used
 */
export function connect(url: string, options: ConnectOptions): Sql {
  if (options.statementTimeoutSeconds === 0) return openPool(url, options)
  const limitMs = (options.statementTimeoutSeconds + silenceSeconds) * 1000
  const { keeps } = routeTo(url)
  const lostStatement = () => {
    if (keeps.statements) options.statementsLost?.()
    keeps.statements = false
  }
  return withWatchdog(() => openPool(url, options), {
    limitMs,
    replaced: options.replaced ?? (() => {}),
    load: options.load,
    lostStatement,
    turns: new Turns(options.max),
  })
}

/** The driver's defaults. Given explicitly, because the driver otherwise looks for them in the environment. */
const driverDefaults = {
  ssl: false,
  sslnegotiation: null,
  connect_timeout: 10,
  idle_timeout: 0,
  prepare: true,
  debug: false,
  fetch_types: true,
  publications: 'alltables',
}

type Types = Record<string, unknown>
/** What the driver has learned of array types, for all pools: see `learnArrays`. */
const arrays = { serializers: {} as Types, parsers: {} as Types, map: {} as Types }
const arraysOf = (sql: Sql) => {
  const { serializers, parsers, shared } = sql.options as unknown as Omit<typeof arrays, 'map'> & {
    shared: { typeArrayMap: Types }
  }
  return { serializers, parsers, map: shared.typeArrayMap }
}

/**
 * Gives all pools of this process the array types that a pool knows, which it asks the database for when it connects. If that
 * question fails and the connection stays open, as behind PgBouncer while its server restarts, the driver goes on without, and
 * sends arrays that PostgreSQL refuses.
 * @param sql a pool that has run a statement
 */
export function learnArrays(sql: Sql): void {
  const known = arraysOf(sql)
  for (const name of ['serializers', 'parsers', 'map'] as const) Object.assign(arrays[name], known[name])
}

function openPool(url: string, options: ConnectOptions): Sql {
  const route = routeTo(url)
  const { hosts, user, password, database, settings, name } = route.address
  const sockets = new Set<Socket>()
  let ended = false
  const pool = postgres({
    ...driverDefaults,
    // For the driver's error messages only: the route connects.
    host: hosts[0].name,
    port: hosts[0].port,
    user,
    pass: password,
    database,
    socket: async () => {
      const socket = await route.open()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      if (ended) socket.destroy()
      return closeAfterFirstWrite(socket)
    },
    max: options.max,
    // Seconds between attempts while the database is unavailable. The driver's default grows to 20, and requests wait as
    // long.
    backoff: () => 0.25,
    keep_alive: 15,
    max_lifetime: 3600,
    onnotice: () => {},
    types: {
      date: { to: 1184, from: [1184], serialize: (value: string) => value, parse: rfc3339 },
      bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: Number },
    },
    connection: {
      ...startParameters(settingsOf(options), settings),
      application_name: name === undefined ? options.name : `${options.name} (${name})`,
    },
  } as PoolOptions) as unknown as Sql
  // Read for each connection.
  const { connection } = pool.options as { connection: Record<string, unknown> }
  const { options: _, ...withoutOptions } = connection
  Object.defineProperty(pool.options, 'connection', { get: () => (route.keeps.options ? connection : withoutOptions) })
  // Read for each statement. The driver's own setting holds from the start on, before anything is known of the sessions.
  Object.defineProperty(pool.options, 'prepare', { get: () => route.keeps.statements && !options.unchecked })
  const known = arraysOf(pool)
  for (const name of ['serializers', 'parsers', 'map'] as const) Object.setPrototypeOf(known[name], arrays[name])
  const end = pool.end.bind(pool)
  // Also closes a socket that was still being connected when the driver ended.
  const endAll = async (how?: { timeout?: number }) => {
    await end(how)
    ended = true
    setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, 200).unref()
  }
  Object.assign(pool, { end: endAll })
  if (!options.byKey) return pool
  const { lock_timeout } = settingsOf(options)
  const isNeeded = () => options.unchecked === true || !route.keeps.settings
  return withLocalSettings(pool, { lock_timeout, ...byKeyPlans }, isNeeded)
}

type PoolOptions = postgres.Options<Record<string, postgres.PostgresType>>
