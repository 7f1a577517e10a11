import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Sql } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { type Credentials, createToken, hashToken } from './credentials.ts'
import { findService, insertService } from './queries.ts'

const fileIn = (dataDir: string) => join(dataDir, 'credentials.json')

/** The credentials kept in DATA_DIR for the first service of embedded mode, or undefined. */
export function readFirstCredentials(dataDir: string): Credentials | undefined {
  const file = fileIn(dataDir)
  if (!existsSync(file)) return undefined
  const { service_id, token } = JSON.parse(readFileSync(file, 'utf8')) as { service_id: string; token: string }
  return { id: service_id, token }
}

/** Keeps the credentials of the first service, readable by this user only. */
export function writeFirstCredentials(dataDir: string, { id, token }: Credentials): void {
  writeFileSync(fileIn(dataDir), `${JSON.stringify({ service_id: id, token }, null, 2)}\n`, { mode: 0o600 })
}

/**
 * Makes sure that there is a service to sign in with: the one the environment names, or in embedded mode a first one,
 * whose credentials are kept in DATA_DIR.
 * @returns the credentials to print, which those of the environment never are
 */
export async function ensureFirstService(sql: Sql, config: Config, log: Log): Promise<Credentials | undefined> {
  const given = config.service
  if (given) {
    const token_hash = hashToken(given.token)
    const created = await insertService(sql, { id: given.id, name: given.name, token_hash })
    const stored = created ? undefined : await findService(sql, given.id)
    if (stored && !stored.token_hash.equals(token_hash))
      log.warn(
        { service_id: given.id },
        'SERVICE_TOKEN differs from the token this service has; the service keeps its own',
      )
    return undefined
  }
  if (config.databaseUrl !== undefined) return undefined
  const kept = readFirstCredentials(config.dataDir)
  const credentials = kept ?? { id: Bun.randomUUIDv7(), token: createToken() }
  if (!kept) writeFirstCredentials(config.dataDir, credentials)
  await insertService(sql, { id: credentials.id, name: 'default', token_hash: hashToken(credentials.token) })
  return credentials
}
