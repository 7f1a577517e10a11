import { readFileSync } from 'node:fs'
import { ConfigError } from '../config-error.ts'
import { AddressError, type Parameters } from './address.ts'
import { parseAddress, withDefaults } from './parse-address.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The environment variables of libpq that Duly supports, with the parameters for which they supply defaults. */
const variables = {
  PGHOST: 'host',
  PGHOSTADDR: 'hostaddr',
  PGPORT: 'port',
  PGUSER: 'user',
  PGPASSWORD: 'password',
  PGDATABASE: 'dbname',
  PGSSLMODE: 'sslmode',
  PGSSLROOTCERT: 'sslrootcert',
  PGSSLCERT: 'sslcert',
  PGSSLKEY: 'sslkey',
  PGSSLNEGOTIATION: 'sslnegotiation',
  PGSSLSNI: 'sslsni',
  PGSSLCOMPRESSION: 'sslcompression',
  PGCHANNELBINDING: 'channel_binding',
  PGTARGETSESSIONATTRS: 'target_session_attrs',
  PGLOADBALANCEHOSTS: 'load_balance_hosts',
  PGCONNECT_TIMEOUT: 'connect_timeout',
  PGAPPNAME: 'application_name',
  PGOPTIONS: 'options',
  PGGSSENCMODE: 'gssencmode',
  PGCLIENTENCODING: 'client_encoding',
} as const

/** The environment variables of libpq that Duly does not support. They are rejected, since ignoring them could mislead. */
const unsupported = [
  'PGPASSFILE',
  'PGPASSWORD_FILE',
  'PGPASSWORDFILE',
  'PGSERVICE',
  'PGSERVICEFILE',
  'PGREQUIREAUTH',
  'PGREQUIREPEER',
  'PGREQUIRESSL',
  'PGKRBSRVNAME',
  'PGSSLCRL',
  'PGSSLCRLDIR',
  'PGSSLCERTMODE',
  'PGSSLMINPROTOCOLVERSION',
  'PGSSLMAXPROTOCOLVERSION',
  'PGMINPROTOCOLVERSION',
  'PGMAXPROTOCOLVERSION',
]

/** Matches the variables that the driver reads by itself. The configuration removes them, since they are applied here. */
export const driverVariables = /^PG(?!LITE)[A-Z_]+$/

/**
 * Reads a connection URL from the variable `name`, or from the file named by `NAME_FILE`, and completes it with the
 * variables of libpq.
 * @returns undefined if neither is set
 * @throws ConfigError
 */
export function readAddress(name: string, env: Environment): string | undefined {
  const text = readText(name, env)
  if (text === undefined) return undefined
  try {
    const wrong = unsupported.find((variable) => env[variable]?.trim())
    if (wrong) throw new AddressError(`goes together with ${wrong}, which Duly does not support: unset ${wrong}.`)
    const defaults: Record<string, string> = {}
    for (const [variable, parameter] of Object.entries(variables)) {
      const value = env[variable]
      if (value?.trim()) defaults[parameter] = variable === 'PGPASSWORD' ? value : value.trim()
    }
    parseAddress(text, defaults)
    return Object.keys(defaults).length === 0 ? text : withDefaults(text, defaults as Parameters)
  } catch (error) {
    if (error instanceof AddressError) throw new ConfigError(`${name} ${error.message}`)
    throw error
  }
}

function readText(name: string, env: Environment): string | undefined {
  const text = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (file === undefined) return text
  if (text !== undefined) throw new ConfigError(`${name} and ${name}_FILE are both set: set one of them.`)
  try {
    const url = readFileSync(file, 'utf8').trim()
    if (url !== '') return url
  } catch (error) {
    throw new ConfigError(
      `${name}_FILE is ${JSON.stringify(file)}, which cannot be read (${(error as { code?: string }).code}).`,
    )
  }
  throw new ConfigError(
    `${name}_FILE is ${JSON.stringify(file)}, which is empty: it must hold the URL of the database.`,
  )
}

/** Variables that are set only by someone who wants to use an existing PostgreSQL. */
const existingServer = ['PGHOST', 'PGHOSTADDR', 'PGDATABASE', 'PGUSER', 'PGPASSWORD', 'PGSSLROOTCERT', ...unsupported]

/** Names that other programs use for the address of a database, in upper case and without underscores. */
const alias =
  /^(DULY)?(DATABASE|DB|PG|PSQL|POSTGRES|POSTGRESQL|SQL)(CONNECTION|CONN|JDBC)?(URL|URI|DSN|STRING|HOST|HOSTNAME|URLFILE|URIFILE)$/

/**
 * Looks for a variable that names a database while DATABASE_URL is not set, by its value or by a name similar to
 * DATABASE_URL. Starting the embedded database would then hardly be intended.
 * @returns the error as a sentence, or undefined if there is no such variable
 */
export function misnamedAddress(env: Environment): string | undefined {
  const set = Object.keys(env).filter((name) => env[name]?.trim() && !name.startsWith('TEST_'))
  const found =
    set.find((name) => name !== 'DATABASE_URL' && resemblesDatabaseUrl(name)) ??
    set.find((name) => existingServer.includes(name)) ??
    set.find((name) => /^["']?(jdbc:)?postgres(ql)?:\/\//i.test(env[name]?.trim() ?? ''))
  return (
    found &&
    `${found} is set and DATABASE_URL is not: set DATABASE_URL to use that PostgreSQL, or empty ${found} (${found}=) to start the embedded one.`
  )
}

function resemblesDatabaseUrl(name: string): boolean {
  const letters = name.toUpperCase().replaceAll(/[^A-Z]/g, '')
  return alias.test(letters) || distance(letters, 'DATABASEURL') <= 2 || distance(letters, 'DATABASEURLFILE') <= 2
}

/** Returns the edit distance (Levenshtein) of two words, or 3 if their lengths differ by more than two. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [column, wanted] of [...other].entries())
      next.push(
        Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, (row[column] ?? 0) + (letter === wanted ? 0 : 1)),
      )
    row = next
  }
  return row.at(-1) ?? 0
}
