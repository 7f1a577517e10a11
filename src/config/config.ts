import { ConfigError } from '../config-error.ts'
import { driverVariables, misnamedAddress, readAddress } from '../database/address-variables.ts'
import type { OutboundSettings } from '../outbound/policy.ts'
import { parseRules, type Rule } from '../outbound/rules.ts'
import { openFilesLimit } from '../process/open-files.ts'
import { isPassPattern } from '../schedule/pass-pattern.ts'
import { parseKey, type SecretKey } from '../secrets/key.ts'
import { isNamePattern } from '../secrets/names.ts'
import {
  readDataDir,
  readDulyUrl,
  readHosts,
  readPort,
  readService,
  removeProxies,
  type ServiceSettings,
} from './client-settings.ts'
import { Environment, type Variables } from './environment.ts'
import { type MailSettings, readMailDomains, readMailSettings, readPublicUrl } from './mail-settings.ts'
import { readRetention } from './retention.ts'
import { readTraceSettings, type TraceSettings } from './trace-settings.ts'

/** All settings, validated. Names of durations end in their unit. The README describes each variable. */
export interface Config {
  readonly port: number
  readonly hosts: readonly string[]
  readonly databaseUrl: string | undefined
  /** Why embedded mode is refused, as a sentence: DATABASE_URL is unset, but another variable names a database. */
  readonly embeddedConflict: string | undefined
  /** Another address of the same database, used for migrations only. Undefined: migrations use `databaseUrl`. */
  readonly databaseMigrationUrl: string | undefined
  /** The maximum number of connections to the database, all pools together. */
  readonly databasePool: number
  readonly dataDir: string
  /** URL at which the command line finds a running service. */
  readonly dulyUrl: string | undefined
  readonly service: ServiceSettings | undefined
  readonly schedulerCron: string
  readonly schedulerOnTime: boolean
  readonly schedulerEnabled: boolean
  readonly schedulerConcurrency: number
  readonly requestTimeoutSeconds: number
  readonly shutdownGraceSeconds: number
  /** How long executions that ended as success or skipped are kept. */
  readonly executionRetentionDays: number
  /** How long failed executions are kept; not less. */
  readonly failureRetentionDays: number
  /** How long answers are kept, of executions of either kind; at most as long as failed executions. */
  readonly answerRetentionDays: number
  /** The most that the history of a task may take, in bytes; 0 for any. */
  readonly taskHistoryBytes: number
  readonly auditRetentionDays: number
  readonly outbound: OutboundSettings
  /** Called once a minute while passes go well. Its path is a secret. */
  readonly heartbeatUrl: string | undefined
  /** Where people reach the dashboard, for links in messages; without a slash at its end. */
  readonly publicUrl: string | undefined
  readonly trace: TraceSettings
  /** How mail is sent; undefined: it is not. */
  readonly mail: MailSettings | undefined
  /** The domains to which mail may be sent; undefined for all. */
  readonly mailDomains: readonly string[] | undefined
  /** The key of SECRET_KEY, followed by those of SECRET_KEY_OLD; empty when SECRET_KEY is not set. */
  readonly secretKeys: readonly SecretKey[]
  /** Names of secret request headers besides the built-in ones. `*` stands for any characters. */
  readonly secretHeaders: readonly string[]
  /** Networks of proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly Rule[]
  /** Directories with compiled time zones. They are used when their release is newer than the bundled one. */
  readonly zoneDirectories: readonly string[]
  readonly logLevel: string
}

/** Five fields, or six with seconds first, in the syntax that all cron implementations share: no L W # ? @. */
const cronField = '(?:[\\d*/,-]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+'
const cronFields = new RegExp(`^${cronField}( +${cronField}){4,5}$`, 'i')
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Directories in which operating systems store compiled time zones. */
const systemZoneDirectories = ['/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/usr/share/lib/zoneinfo', '/etc/zoneinfo']

/** Default number of seats. Between 256 and 2,000, throughput rose up to this number (bench/profile.md). */
const measuredSeats = 1000
/** Open files reserved for everything but calls: connections of the API and of the database, and Bun's own files. */
const otherFiles = 256

/**
 * Reads the settings from environment variables. An empty variable counts as unset.
 * @param openFiles limit of the files, sockets included, that the process may have open
 * @throws ConfigError for the first variable that is not valid
 */
export function readConfig(variables: Variables, openFiles = Number.POSITIVE_INFINITY): Config {
  const env = new Environment(variables)
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new ConfigError(
      'NODE_TLS_REJECT_UNAUTHORIZED is "0", which would accept any certificate of a target: unset it, and add your own certificate authority with NODE_EXTRA_CA_CERTS.',
    )
  const databaseUrl = readAddress('DATABASE_URL', variables)
  return Object.freeze({
    port: readPort(env),
    hosts: readHosts(env),
    databaseUrl,
    embeddedConflict: databaseUrl === undefined ? misnamedAddress(variables) : undefined,
    databaseMigrationUrl: readMigrationUrl(variables, databaseUrl),
    databasePool: env.whole('DATABASE_POOL', 8, 7, 100),
    dataDir: readDataDir(env),
    dulyUrl: readDulyUrl(env),
    service: readService(env),
    schedulerCron: readCron(env),
    schedulerOnTime: env.flag('SCHEDULER_ON_TIME', true),
    schedulerEnabled: env.flag('SCHEDULER_ENABLED', true),
    schedulerConcurrency: readSeats(env, openFiles),
    requestTimeoutSeconds: env.whole('REQUEST_TIMEOUT_SECONDS', 30, 1, 3600),
    shutdownGraceSeconds: env.whole('SHUTDOWN_GRACE_SECONDS', 25, 0, 3600),
    ...readRetention(env),
    auditRetentionDays: env.whole('AUDIT_RETENTION_DAYS', 90, 1, 3650),
    outbound: {
      policy: env.oneOf('OUTBOUND_POLICY', 'internal', ['internal', 'public']),
      allow: readRules(env, 'OUTBOUND_ALLOW'),
      deny: readRules(env, 'OUTBOUND_DENY'),
      keepAlive: env.flag('OUTBOUND_KEEPALIVE', true),
    },
    heartbeatUrl: readHeartbeatUrl(env),
    publicUrl: readPublicUrl(env),
    trace: readTraceSettings(env),
    mail: readMailSettings(env),
    mailDomains: readMailDomains(env),
    secretKeys: readSecretKeys(env),
    secretHeaders: readHeaderNames(env, 'SECRET_HEADERS'),
    trustedProxies: readNetworks(env, 'TRUST_PROXY'),
    zoneDirectories: readZoneDirectories(env),
    logLevel: env.oneOf('LOG_LEVEL', 'info', logLevels),
  })
}

function readMigrationUrl(variables: Variables, databaseUrl: string | undefined): string | undefined {
  const url = readAddress('DATABASE_MIGRATION_URL', variables)
  if (url !== undefined && databaseUrl === undefined)
    throw new ConfigError(
      'DATABASE_MIGRATION_URL is set and DATABASE_URL is not: it names the same database for the migrations alone, so set both or neither.',
    )
  return url
}

function readCron(env: Environment): string {
  const text = env.text('SCHEDULER_CRON') ?? '*/10 * * * *'
  if (cronFields.test(text) && isPassPattern(text)) return text
  return env.refuse('SCHEDULER_CRON', 'a cron expression of five fields that comes due, such as */10 * * * *')
}

/**
 * Reads the number of seats. It must not exceed Bun's limit of concurrent requests: Bun queues further calls, and their
 * timeouts run while they are queued.
 */
function readSeats(env: Environment, openFiles: number): number {
  const requests = env.whole('BUN_CONFIG_MAX_HTTP_REQUESTS', 256, 1, 65_536)
  const sockets = Math.max(1, openFiles - otherFiles)
  const seats = env.whole('SCHEDULER_CONCURRENCY', Math.min(measuredSeats, requests, sockets), 1, 10000)
  if (seats > requests)
    throw new ConfigError(
      `SCHEDULER_CONCURRENCY is ${seats}, but this Bun sends only ${requests} calls at once: set BUN_CONFIG_MAX_HTTP_REQUESTS to ${seats} or more.`,
    )
  if (seats > sockets)
    throw new ConfigError(
      `SCHEDULER_CONCURRENCY is ${seats}, but this process may open only ${openFiles} files, and each call is one: raise its limit (ulimit -n) to ${seats + otherFiles} or more.`,
    )
  return seats
}

function readRules(env: Environment, name: string): readonly Rule[] {
  const parsed = parseRules(env.text(name) ?? '')
  if ('rules' in parsed) return parsed.rules
  return env.refuse(name, `a list of CIDRs, addresses and host names, and ${JSON.stringify(parsed.wrong)} is not one`)
}

function readNetworks(env: Environment, name: string): readonly Rule[] {
  const parsed = parseRules(env.text(name) ?? '')
  const wrong = 'wrong' in parsed ? parsed.wrong : parsed.rules.find((rule) => 'name' in rule)?.name
  if ('rules' in parsed && wrong === undefined) return parsed.rules
  return env.refuse(name, `a list of CIDRs and addresses, and ${JSON.stringify(wrong)} is not one`)
}

function readHeaderNames(env: Environment, name: string): readonly string[] {
  const names = env.list(name)
  const wrong = names.find((part) => !isNamePattern(part))
  if (wrong === undefined) return names
  return env.refuse(name, `a list of header names, * for any characters, and ${JSON.stringify(wrong)} is not one`)
}

function readSecretKeys(env: Environment): readonly SecretKey[] {
  const current = readKeys(env, 'SECRET_KEY', 1)
  const old = readKeys(env, 'SECRET_KEY_OLD', 10)
  if (old.length > 0 && current.length === 0)
    throw new ConfigError(
      'SECRET_KEY_OLD is set and SECRET_KEY is not: SECRET_KEY must be the key to encrypt with now.',
    )
  return [...current, ...old]
}

/** Reads up to `atMost` keys. The error does not quote the value, because keys are secret. */
function readKeys(env: Environment, name: string, atMost: number): readonly SecretKey[] {
  const parsed = env.list(name).map(parseKey)
  if (parsed.length <= atMost && !parsed.includes(undefined)) return parsed as SecretKey[]
  throw new ConfigError(
    `${name} does not parse: it must be ${atMost > 1 ? 'keys, commas between them, each' : 'one key'} of 32 bytes in base64 or hex, as openssl rand -base64 32 makes one.`,
  )
}

/** Reads HEARTBEAT_URL. The error does not quote it, because its path is a secret. */
function readHeartbeatUrl(env: Environment): string | undefined {
  const text = env.text('HEARTBEAT_URL')
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.href
  throw new ConfigError(
    'HEARTBEAT_URL does not parse: it must be an http or https URL without a user and a password, such as https://hc-ping.com/your-uuid.',
  )
}

function readZoneDirectories(env: Environment): readonly string[] {
  const directory = env.text('TZDIR')
  return directory === undefined ? systemZoneDirectories : [directory]
}

/**
 * Reads the settings of this process, and removes proxy and PG… variables from its environment. All settings of the service are read
 * here; besides, start.ts reads NODE_ENV and process/parent-watch.ts reads npm_lifecycle_event.
 * @throws ConfigError
 */
export function processConfig(): Config {
  removeProxies()
  const config = readConfig(Bun.env, openFilesLimit())
  // The driver would read PG… variables by itself, and it supports only some of them.
  for (const name of Object.keys(Bun.env)) if (driverVariables.test(name)) delete Bun.env[name]
  return config
}
