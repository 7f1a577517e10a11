import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { server } from '../audit/actor.ts'
import type { Config } from '../config.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { createPrivateFile, replacePrivateFile } from '../process/private-file.ts'
import { type Credentials, createToken, hashToken } from './credentials.ts'
import { findService, insertService, rotateToken } from './queries.ts'

/** How long the token before one that was rotated half-way still works, in seconds. */
const graceSeconds = 3_600

/** A credentials file that cannot be used. Its message is one sentence. */
export class CredentialsFileError extends Error {}

const fileIn = (dataDir: string) => join(dataDir, 'credentials.json')

/**
 * The credentials kept in DATA_DIR for the first service of embedded mode, or undefined.
 * @throws CredentialsFileError when the file holds something else
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
    // Said below: what it holds is not repeated, it may be half a secret.
  }
  throw new CredentialsFileError(
    `${file} does not hold {"service_id": "…", "token": "…"}: put the right ones back, or remove it and another first service is made.`,
  )
}

/** Keeps the credentials of the first service, readable by this user only; a kill leaves the old file or the new one. */
export function writeFirstCredentials(dataDir: string, credentials: Credentials): void {
  replacePrivateFile(fileIn(dataDir), asText(credentials))
}

/** Keeps them unless another process was first; returns those that are kept. */
function claimFirstCredentials(dataDir: string, credentials: Credentials): Credentials {
  if (createPrivateFile(fileIn(dataDir), asText(credentials))) return credentials
  return readFirstCredentials(dataDir) ?? credentials
}

const asText = ({ id, token }: Credentials) => `${JSON.stringify({ service_id: id, token }, null, 2)}\n`

/** Removes the credentials of a first service that is deleted. */
export function removeFirstCredentials(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true })
}

/**
 * Makes sure that there is a service to sign in with: the one the environment names, or in embedded mode a first one,
 * whose credentials are kept in DATA_DIR.
 * @returns the credentials to print, which those of the environment never are
 * @throws CredentialsFileError
 */
export async function ensureFirstService(sql: Sql, config: Config, log: Log): Promise<Credentials | undefined> {
  if (config.service) {
    await ensureGivenService(sql, config.service, log)
    return undefined
  }
  if (config.databaseUrl !== undefined) return undefined
  const credentials =
    readFirstCredentials(config.dataDir) ??
    claimFirstCredentials(config.dataDir, { id: Bun.randomUUIDv7(), token: createToken() })
  const token_hash = hashToken(credentials.token)
  if (await insertService(sql, { id: credentials.id, name: 'default', token_hash }, server)) return credentials
  const stored = await findService(sql, credentials.id)
  // A rotation writes the file before the database; one that was killed in between is finished here.
  if (stored && !stored.token_hash.equals(token_hash))
    await rotateToken(sql, credentials.id, token_hash, graceSeconds, server)
  return credentials
}

async function ensureGivenService(sql: Sql, given: NonNullable<Config['service']>, log: Log): Promise<void> {
  const token_hash = hashToken(given.token)
  if (await insertService(sql, { id: given.id, name: given.name, token_hash }, server)) return
  const stored = await findService(sql, given.id)
  if (stored && !stored.token_hash.equals(token_hash))
    log.warn(
      { service_id: given.id },
      'SERVICE_TOKEN differs from the token this service has; the service keeps its own',
    )
}
