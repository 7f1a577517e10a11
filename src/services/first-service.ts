import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { server } from '../audit/actor.ts'
import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import type { Credentials } from '../http/auth-schemes.ts'
import type { Log } from '../log/log.ts'
import { createPrivateFile, replacePrivateFile } from '../process/private-file.ts'
import { createToken, hashToken } from './credentials.ts'
import { findService, insertService, rotateToken } from './queries.ts'

/** How long the previous token stays valid when the start completes an interrupted rotation, in seconds. */
const graceSeconds = 3_600

/** credentials.json cannot be used. The message is one sentence. */
export class CredentialsFileError extends Error {}

const fileIn = (dataDir: string) => join(dataDir, 'credentials.json')

/**
 * Reads the credentials of the first service in embedded mode from DATA_DIR/credentials.json.
 * @returns undefined when there is no such file
 * @throws CredentialsFileError when the file has other contents
 */
export function readFirstCredentials(dataDir: string): Credentials | undefined {
  const file = fileIn(dataDir)
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  try {
    const { service_id: id, token } = JSON.parse(text) as { service_id: unknown; token: unknown }
    if (typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id) && typeof token === 'string' && token !== '')
      return { id: id.toLowerCase(), token }
  } catch {
    // Reported below, without the parser's message: it quotes the file, which may hold part of a secret.
  }
  throw new CredentialsFileError(
    `${file} does not hold {"service_id": "…", "token": "…"}: restore its contents, or delete it and another first service is created.`,
  )
}

/** Replaces credentials.json atomically, with permissions for this user only. */
export function writeFirstCredentials(dataDir: string, credentials: Credentials): void {
  replacePrivateFile(fileIn(dataDir), asText(credentials))
}

/** Creates credentials.json unless it exists. Returns the credentials that it contains afterwards. */
function createFirstCredentials(dataDir: string, credentials: Credentials): Credentials {
  if (createPrivateFile(fileIn(dataDir), asText(credentials))) return credentials
  return readFirstCredentials(dataDir) ?? credentials
}

const asText = ({ id, token }: Credentials) => `${JSON.stringify({ service_id: id, token }, null, 2)}\n`

/** Deletes credentials.json, after its service was deleted. */
export function removeFirstCredentials(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true })
}

/**
 * Creates the service of SERVICE_ID and SERVICE_TOKEN if they are set or, in embedded mode, a first service whose
 * credentials are stored in DATA_DIR. A service that exists keeps its token.
 * @returns the credentials to print at the start; undefined for those of the environment, which are never printed
 * @throws CredentialsFileError
 */
export async function ensureFirstService(sql: Sql, config: Config, log: Log): Promise<Credentials | undefined> {
  if (config.service) {
    await ensureConfiguredService(sql, config.service, log)
    return undefined
  }
  if (config.databaseUrl !== undefined) return undefined
  const credentials =
    readFirstCredentials(config.dataDir) ??
    createFirstCredentials(config.dataDir, { id: Bun.randomUUIDv7(), token: createToken() })
  const token_hash = hashToken(credentials.token)
  if (await insertService(sql, { id: credentials.id, name: 'default', token_hash }, server)) return credentials
  const stored = await findService(sql, credentials.id)
  // A rotation writes the file first and the database second. Complete one that was killed in between.
  if (stored && !stored.token_hash.equals(token_hash))
    await rotateToken(sql, credentials.id, token_hash, graceSeconds, server)
  return credentials
}

async function ensureConfiguredService(sql: Sql, given: NonNullable<Config['service']>, log: Log): Promise<void> {
  const token_hash = hashToken(given.token)
  if (await insertService(sql, { id: given.id, name: given.name, token_hash }, server)) return
  const stored = await findService(sql, given.id)
  if (stored && !stored.token_hash.equals(token_hash))
    log.warn({ service_id: given.id }, 'SERVICE_TOKEN differs from the stored token of this service, and is ignored')
}
