import type { Socket } from 'node:net'
import postgres from 'postgres'
import { closeAfterFirstWrite } from './first-write.ts'
import { routeTo } from './route.ts'
import { startParameters } from './settings.ts'
import type { PoolLoad, Replacement, Sql } from './sql.ts'
import { watched } from './watchdog.ts'

export interface ConnectOptions {
  /** Connections at most. */
  readonly max: number
  /** After this the server gives a statement up; 0 is no limit. */
  readonly statementTimeoutSeconds: number
  /** Shown in pg_stat_activity; begins with "duly". */
  readonly name: string
  /** Set for the scheduler, whose statements all find their rows by key: see below. */
  readonly byKey?: boolean
  /** How long a statement waits for somebody else's lock, in ms; 2 s unless given. */
  readonly lockTimeoutMs?: number
  /** Told when connections were replaced that had stopped answering, or had met a server that takes no writes. */
  readonly replaced?: (why: Replacement) => void
  /** Kept up to date with what the pool has to do. */
  readonly load?: PoolLoad
}

/** What a statement may take beyond the server's own limit before its connection counts as dead, in seconds. */
const silenceSeconds = 2

/**
 * Plans for statements that find few rows by key in tables of any size: made once for a connection, and never by
 * reading a whole table. Left to its estimates (it does not know how many rows a claim's limit lets through) the planner
 * joins a claim of 200 rows by hashing every task: 20 ms in place of 2 at 100,000 tasks. A plan is often made while the tables
 * are empty, and kept: with pages that cost nothing, a look for each row is the cheapest even then.
 */
const byKeyPlans = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  random_page_cost: 0,
  enable_partition_pruning: 'on',
}

/** What a connection has of its own: its limits, and how its statements are planned. */
export const settingsOf = (options: ConnectOptions) => ({
  statement_timeout: options.statementTimeoutSeconds * 1000,
  lock_timeout: options.lockTimeoutMs ?? 2000,
  idle_in_transaction_session_timeout: 30_000,
  // PostgreSQL 18 crashes when a row that a statement locks has changed meanwhile, and the statement prunes partitions
  // by the values of its rows: what EvalPlanQual leaves behind is then pruned by. The scheduler's statements
  // prune by their parameters only (see src/transitions/partition-bound.ts); all others look into every partition.
  enable_partition_pruning: 'off',
  ...(options.byKey ? byKeyPlans : {}),
})

/** PostgreSQL's own text for a UTC time, `2026-11-24 05:30:00.25+00`, as RFC 3339. */
const rfc3339 = (text: string) => text.replace(' ', 'T').replace('+00', 'Z')

/**
 * Opens a pool. Nothing is connected before the first statement. Sessions run in UTC, so that a day is 24 hours, and
 * give up waiting for somebody else's lock, which must not hold up a pass. Connections that stop answering
 * or meet a read-only server are replaced.
 */
export function connect(url: string, options: ConnectOptions): Sql {
  if (options.statementTimeoutSeconds === 0) return openPool(url, options)
  const limitMs = (options.statementTimeoutSeconds + silenceSeconds) * 1000
  return watched(() => openPool(url, options), limitMs, options.replaced ?? (() => {}), options.load)
}

/** Said, so that the driver does not look for them in the environment. */
const driverDefaults = {
  ssl: false,
  sslnegotiation: null,
  connect_timeout: 10,
  idle_timeout: 0,
  max_pipeline: 100,
  prepare: true,
  debug: false,
  fetch_types: true,
  publications: 'alltables',
}

function openPool(url: string, options: ConnectOptions): Sql {
  const route = routeTo(url)
  const { hosts, user, password, database, settings, name } = route.address
  const sockets = new Set<Socket>()
  let ended = false
  const pool = postgres({
    ...driverDefaults,
    // Only told in errors: the route connects.
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
    // Seconds between attempts while the database is away. The driver's own wait grows to 20, and requests wait with it.
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
  const end = pool.end.bind(pool)
  // A socket that was still on its way would stay open otherwise.
  const endAll = async (how?: { timeout?: number }) => {
    await end(how)
    ended = true
    setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, 200).unref()
  }
  return Object.assign(pool, { end: endAll })
}

type PoolOptions = postgres.Options<Record<string, postgres.PostgresType>>
