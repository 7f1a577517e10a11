import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from '../http/auth-schemes.ts'
import { createPrivateFile, replacePrivateFile } from '../process/private-file.ts'

// The credentials of the first service in embedded mode, in DATA_DIR/credentials.json. The command line reads them too.

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
export function createFirstCredentials(dataDir: string, credentials: Credentials): Credentials {
  if (createPrivateFile(fileIn(dataDir), asText(credentials))) return credentials
  return readFirstCredentials(dataDir) ?? credentials
}

const asText = ({ id, token }: Credentials) => `${JSON.stringify({ service_id: id, token }, null, 2)}\n`

/** Deletes credentials.json, after its service was deleted. */
export function removeFirstCredentials(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true })
}
