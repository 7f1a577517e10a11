import { server } from '../audit/actor.ts'
import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import type { Credentials } from '../http/auth-schemes.ts'
import type { Log } from '../log/log.ts'
import { createToken, hashToken } from './credentials.ts'
import { createFirstCredentials, readFirstCredentials } from './credentials-file.ts'
import { findService, insertService, rotateToken } from './queries.ts'

/** How long the previous token stays valid when the start completes an interrupted rotation, in seconds. */
const graceSeconds = 3_600

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
