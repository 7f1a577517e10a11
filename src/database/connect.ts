import type { Socket } from 'node:net'
import postgres from 'postgres'
import { closedAfterFirstWrite } from './first-write.ts'
import { routeTo } from './route.ts'
import { startParameters } from './settings.ts'
import { type Replacement, watched } from './watchdog.ts'

/** Times arrive as RFC 3339 text with microseconds, int8 as number; a time is passed as RFC 3339 text. */
export type Sql = postgres.Sql<{ date: string; bigint: number }>

/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

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

/** What a pool has to do; a transaction counts as one statement. */
export interface PoolLoad {
  readonly name: string
  readonly max: number
  /** On their way, or waiting for a connection. */
  underWay: number
  ended: number
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
  // prune by their parameters only (see src/scheduler/partition-bound.ts); all others look into every partition.
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
      return closedAfterFirstWrite(socket)
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

const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'TLS_NOT_OFFERED',
  'TLS_NOT_TRUSTED',
  'TLS_FAILED',
  // read-only, as behind a failover; the lock of another; a deadlock or conflict that was broken up
  '25006',
  '55P03',
  '40001',
  '40P01',
])

/**
 * Connections, users and passwords that no longer fit, a database that is gone, resources, an operator's doing (a shutdown, a
 * timeout), the machine: classes of PostgreSQL's codes.
 */
const awayClasses = /^(08|28|3D|53|57|58)[0-9A-Z]{3}$/

/** Codes of a statement that was never sent: no connection came about. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
  'TLS_NOT_OFFERED',
  'TLS_NOT_TRUSTED',
  'TLS_FAILED',
])

/** True when the server, or its certificate, refuses what the settings say: at the start, waiting would not help. */
export function refusesSettings(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return /^(28...|TLS_.*|08P01)$/.test(code)
}

/**
 * The server's own errors after which a transaction may nevertheless be committed: it was cancelled or shut down while it
 * waited for its commit, or the connection broke.
 */
const inDoubt = /^(08...|40003|57014|57P0[1245]|58...)$/

/**
 * True when it is not known whether the statement that failed with this error has changed anything, or will. Every other
 * error of the server is a rollback.
 */
export function mayHaveCommitted(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  if (/^[0-9A-Z]{5}$/.test(code)) return inDoubt.test(code)
  return !unsentCodes.has(code)
}

/** True when a statement waited in vain for what somebody else has locked, or for its own end. */
export function isHeldUp(error: unknown): boolean {
  return ['55P03', '57014'].includes((error as { code?: string } | null)?.code ?? '')
}

/** True when an error says that the database cannot be asked now, and not that it was asked something wrong. */
export function databaseIsAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && (awayCodes.has(code) || awayClasses.test(code))
}
