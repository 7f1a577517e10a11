import { ConfigError } from './config-error.ts'
import { driverVariables, misnamedAddress, readAddress } from './database/address-variables.ts'
import { isUuid } from './formats/uuid.ts'
import type { OutboundSettings } from './outbound/policy.ts'
import { parseRules, type Rule } from './outbound/rules.ts'
import { openFilesLimit } from './process/open-files.ts'
import { isPassPattern } from './schedule/pass-pattern.ts'
import { parseKey, type SecretKey } from './secrets/key.ts'
import { isNamePattern } from './secrets/names.ts'

/** Everything a person can set, checked once. Times carry their unit in the name. */
export interface Config {
  readonly port: number
  readonly hosts: readonly string[]
  readonly databaseUrl: string | undefined
  /** Why the embedded database is not what was meant, as a sentence: another variable names one. */
  readonly embeddedConflict: string | undefined
  /** Another address of the same database, for the migrations alone; unset, they use `databaseUrl`. */
  readonly databaseMigrationUrl: string | undefined
  readonly dataDir: string
  /** Where the command line finds a running service. */
  readonly dulyUrl: string | undefined
  readonly service: { readonly id: string; readonly token: string; readonly name: string } | undefined
  readonly schedulerCron: string
  readonly schedulerOnTime: boolean
  readonly schedulerEnabled: boolean
  readonly schedulerConcurrency: number
  readonly requestTimeoutSeconds: number
  readonly shutdownGraceSeconds: number
  readonly executionRetentionDays: number
  readonly auditRetentionDays: number
  readonly outbound: OutboundSettings
  /** SECRET_KEY and behind it those of SECRET_KEY_OLD; none when neither is set. */
  readonly secretKeys: readonly SecretKey[]
  /** Names of request headers, `*` for any characters, that are secret beside the known ones. */
  readonly secretHeaders: readonly string[]
  /** Networks of proxies whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly Rule[]
  /** Directories with compiled time zones, taken when their release is newer than the bundled one. */
  readonly zoneDirectories: readonly string[]
  readonly logLevel: string
}

export { ConfigError }

type Environment = Readonly<Record<string, string | undefined>>

/** Five fields, or six with seconds in front, of what every cron understands; none of L W # ? @. */
const cronField = '(?:[\\d*/,-]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+'
const cronFields = new RegExp(`^${cronField}( +${cronField}){4,5}$`, 'i')
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Where operating systems keep compiled time zones. */
const systemZoneDirectories = ['/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/usr/share/lib/zoneinfo', '/etc/zoneinfo']

/** Seats unless set: of 256 to 2,000 a drain gained up to here (bench/profile.md). */
const measuredSeats = 1000
/** Open files that are not calls: the API's connections, the database's, what Bun itself needs. */
const otherFiles = 256

/**
 * Reads the settings; an empty variable counts as unset.
 * @param openFiles how many files, sockets included, the process may have open
 * @throws ConfigError for the first variable that does not parse
 */
export function readConfig(env: Environment, openFiles = Number.POSITIVE_INFINITY): Config {
  const read = (name: string) => env[name]?.trim() || undefined
  const refuse = (name: string, expected: string): never => {
    throw new ConfigError(`${name} is ${JSON.stringify(env[name])}, but it must be ${expected}.`)
  }
  const whole = (name: string, fallback: number, min: number, max: number) => {
    const text = read(name)
    if (text === undefined) return fallback
    const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
    return value >= min && value <= max ? value : refuse(name, `a whole number from ${min} to ${max}`)
  }
  const listed = (name: string) =>
    (read(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  const flag = (name: string, fallback: boolean) => {
    const text = read(name)?.toLowerCase()
    if (text === undefined) return fallback
    return text === 'true' || text === '1'
      ? true
      : text === 'false' || text === '0'
        ? false
        : refuse(name, 'true or false')
  }
  const oneOf = <T extends string>(name: string, fallback: T, allowed: readonly T[]): T => {
    const text = (read(name)?.toLowerCase() ?? fallback) as T
    return allowed.includes(text) ? text : refuse(name, `one of ${allowed.join(', ')}`)
  }
  const rules = (name: string) => {
    const parsed = parseRules(read(name) ?? '')
    return 'rules' in parsed
      ? parsed.rules
      : refuse(name, `a list of CIDRs, addresses and host names, and ${JSON.stringify(parsed.wrong)} is none`)
  }
  const names = (name: string) => {
    const wrong = listed(name).find((part) => !isNamePattern(part))
    return wrong === undefined
      ? listed(name)
      : refuse(name, `a list of header names, * for any characters, and ${JSON.stringify(wrong)} is none`)
  }
  const networks = (name: string) => {
    const parsed = parseRules(read(name) ?? '')
    const wrong = 'wrong' in parsed ? parsed.wrong : parsed.rules.find((rule) => 'name' in rule)?.name
    return 'rules' in parsed && wrong === undefined
      ? parsed.rules
      : refuse(name, `a list of CIDRs and addresses, and ${JSON.stringify(wrong)} is none`)
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new ConfigError(
      'NODE_TLS_REJECT_UNAUTHORIZED is "0", which would take any certificate for a target\'s: unset it, and name an authority of your own with NODE_EXTRA_CA_CERTS.',
    )
  const migrationUrl = () => {
    const text = readAddress('DATABASE_MIGRATION_URL', env)
    if (text !== undefined && url === undefined)
      throw new ConfigError(
        'DATABASE_MIGRATION_URL is set and DATABASE_URL is not: it names the same database for the migrations alone, so set both or neither.',
      )
    return text
  }
  // What they hold is secret, so it is not repeated.
  const keys = (name: string, atMost: number) => {
    const parsed = listed(name).map(parseKey)
    if (parsed.length <= atMost && !parsed.includes(undefined)) return parsed as SecretKey[]
    throw new ConfigError(
      `${name} does not parse: it must be ${atMost > 1 ? 'keys, commas between them, each' : 'one key'} of 32 bytes in base64 or hex, as openssl rand -base64 32 makes one.`,
    )
  }
  const secretKeys = () => {
    const current = keys('SECRET_KEY', 1)
    const old = keys('SECRET_KEY_OLD', 10)
    if (old.length > 0 && current.length === 0)
      throw new ConfigError(
        'SECRET_KEY_OLD is set and SECRET_KEY is not: SECRET_KEY must be the key to encrypt with now.',
      )
    return [...current, ...old]
  }
  const dulyUrl = () => {
    const text = read('DULY_URL')
    if (text === undefined) return undefined
    const url = serviceUrl(text)
    // The value may hold a password, so it is not repeated.
    if (url === undefined)
      throw new ConfigError(
        'DULY_URL does not parse: it must look like http://localhost:8080 or https://duly.example, without a user, a query or a fragment.',
      )
    return url
  }
  const cron = () => {
    const text = read('SCHEDULER_CRON') ?? '*/10 * * * *'
    if (cronFields.test(text) && isPassPattern(text)) return text
    return refuse('SCHEDULER_CRON', 'a cron expression of five fields that comes due, such as */10 * * * *')
  }
  const service = () => {
    const id = read('SERVICE_ID')
    const token = read('SERVICE_TOKEN')
    if (id === undefined && token === undefined) return undefined
    if (id === undefined || token === undefined)
      throw new ConfigError(
        `${id ? 'SERVICE_TOKEN' : 'SERVICE_ID'} is not set, but SERVICE_ID and SERVICE_TOKEN come together: set both or neither.`,
      )
    // What stands in SERVICE_ID is then the token, which is not repeated.
    if (!isUuid(id) && isUuid(token))
      throw new ConfigError('SERVICE_ID is no UUID and SERVICE_TOKEN is one: they must be the other way round.')
    if (!isUuid(id)) refuse('SERVICE_ID', 'a UUID such as 0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10')
    if ([...token].length < 12 || /\p{Cc}/u.test(token))
      throw new ConfigError(
        `SERVICE_TOKEN is ${[...token].length} characters, but it must be 12 or more, without control characters.`,
      )
    const name = read('SERVICE_NAME') ?? 'default'
    if ([...name].length > 200) refuse('SERVICE_NAME', 'at most 200 characters')
    return { id: id.toLowerCase(), token, name }
  }
  // Bun sends no more calls at once than its ceiling, and lets the time of those behind them run: seats must stay below it.
  const seats = () => {
    const ceiling = whole('BUN_CONFIG_MAX_HTTP_REQUESTS', 256, 1, 65_536)
    const sockets = Math.max(1, openFiles - otherFiles)
    const value = whole('SCHEDULER_CONCURRENCY', Math.min(measuredSeats, ceiling, sockets), 1, 10000)
    if (value > ceiling)
      throw new ConfigError(
        `SCHEDULER_CONCURRENCY is ${value}, but this Bun sends only ${ceiling} calls at once: set BUN_CONFIG_MAX_HTTP_REQUESTS to ${value} or more.`,
      )
    if (value > sockets)
      throw new ConfigError(
        `SCHEDULER_CONCURRENCY is ${value}, but this process may open only ${openFiles} files, and each call is one: raise its limit (ulimit -n) to ${value + otherFiles} or more.`,
      )
    return value
  }
  const url = readAddress('DATABASE_URL', env)
  return Object.freeze({
    port: whole('PORT', 8080, 0, 65535),
    hosts: (read('HOST') ?? 'localhost') === 'localhost' ? ['127.0.0.1', '::1'] : [read('HOST') as string],
    databaseUrl: url,
    embeddedConflict: url === undefined ? misnamedAddress(env) : undefined,
    databaseMigrationUrl: migrationUrl(),
    dataDir: read('DATA_DIR') ?? '.data',
    dulyUrl: dulyUrl(),
    service: service(),
    schedulerCron: cron(),
    schedulerOnTime: flag('SCHEDULER_ON_TIME', true),
    schedulerEnabled: flag('SCHEDULER_ENABLED', true),
    schedulerConcurrency: seats(),
    requestTimeoutSeconds: whole('REQUEST_TIMEOUT_SECONDS', 30, 1, 3600),
    shutdownGraceSeconds: whole('SHUTDOWN_GRACE_SECONDS', 25, 0, 3600),
    executionRetentionDays: whole('EXECUTION_RETENTION_DAYS', 30, 1, 3650),
    auditRetentionDays: whole('AUDIT_RETENTION_DAYS', 90, 1, 3650),
    outbound: {
      policy: oneOf('OUTBOUND_POLICY', 'internal', ['internal', 'public'] as const),
      allow: rules('OUTBOUND_ALLOW'),
      deny: rules('OUTBOUND_DENY'),
    },
    secretKeys: secretKeys(),
    secretHeaders: names('SECRET_HEADERS'),
    trustedProxies: networks('TRUST_PROXY'),
    zoneDirectories: read('TZDIR') === undefined ? systemZoneDirectories : [read('TZDIR') as string],
    logLevel: oneOf('LOG_LEVEL', 'info', logLevels),
  })
}

/** The address of a service, without a slash at its end; undefined for a text that is none. */
export function serviceUrl(text: string): string | undefined {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (!url || url.username || url.password || url.search || url.hash) return undefined
  return url.href.replace(/\/+$/, '')
}

/** Bun's fetch would obey these for every call, one to this machine too, and a proxy undoes the check of addresses. */
const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()])

/** The settings of this process, which from then on knows of no proxy and of no PG… variable. The only reader of the environment. */
export function processConfig(): Config {
  for (const name of proxyVariables) delete Bun.env[name]
  const config = readConfig(Bun.env, openFilesLimit())
  // The driver would read them a second time, and less than all of them.
  for (const name of Object.keys(Bun.env)) if (driverVariables.test(name)) delete Bun.env[name]
  return config
}
