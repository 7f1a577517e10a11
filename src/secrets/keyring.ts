import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateFile, replacePrivateFile } from '../process/private-file.ts'
import { createKey, parseKey, type SecretKey } from './key.ts'

/** The keys of a server. */
export interface Keyring {
  /** Returns the keys. New values are sealed with the first one; the others only open existing values. */
  keys(): readonly [SecretKey, ...SecretKey[]]
}

/** The file of keys in DATA_DIR cannot be used. The message is one sentence. */
export class KeyFileError extends Error {}

const fileIn = (dataDir: string) => join(dataDir, 'secret-keys.json')

/**
 * Returns the configured keys. In embedded mode the keys in DATA_DIR follow them, or are used alone if none is configured;
 * in that case a first key is created there.
 * @returns undefined if there is no key, which requires DATABASE_URL without SECRET_KEY
 * @throws KeyFileError
 */
export function openKeyring(config: {
  readonly secretKeys: readonly SecretKey[]
  readonly databaseUrl: string | undefined
  readonly dataDir: string
}): Keyring | undefined {
  const { dataDir } = config
  const [current, ...old] = config.secretKeys
  const isEmbedded = config.databaseUrl === undefined
  if (current) {
    const stored = isEmbedded && existsSync(fileIn(dataDir)) ? readKeys(dataDir) : []
    return { keys: () => [current, ...old, ...stored] }
  }
  return isEmbedded ? new FileKeyring(dataDir) : undefined
}

/** The keys in DATA_DIR. The file is read again when it changes, since another process may add a key at any time. */
class FileKeyring implements Keyring {
  #keys: readonly [SecretKey, ...SecretKey[]] | undefined
  #stamp: string | undefined

  constructor(readonly dataDir: string) {
    const file = fileIn(dataDir)
    if (!existsSync(file)) createPrivateFile(file, asText([createKey()]))
    this.keys()
  }

  keys() {
    const found = statSync(fileIn(this.dataDir), { throwIfNoEntry: false })
    const stamp = found && `${found.ino} ${found.mtimeMs}`
    if (this.#keys !== undefined && (stamp === undefined || stamp === this.#stamp)) return this.#keys
    try {
      this.#keys = readKeys(this.dataDir)
      this.#stamp = stamp
    } catch (error) {
      // A file that becomes unusable is reported at the next start. Until then the keys read before remain in use.
      if (this.#keys === undefined) throw error
    }
    return this.#keys
  }
}

/**
 * How many keys remain after a rotation: the previous one still opens values that a running process is sealing at that
 * moment.
 */
const keysAfterRotation = 2

/** Creates a new first key in DATA_DIR. The existing keys remain, for the values that they sealed. @throws KeyFileError */
export function addStoredKey(dataDir: string): void {
  replacePrivateFile(fileIn(dataDir), asText([createKey(), ...readKeys(dataDir)]))
}

/** Deletes all keys in DATA_DIR but the two newest. No value may be sealed with the others. @throws KeyFileError */
export function dropOldStoredKeys(dataDir: string): void {
  replacePrivateFile(fileIn(dataDir), asText(readKeys(dataDir).slice(0, keysAfterRotation)))
}

const asText = (keys: readonly SecretKey[]) =>
  `${JSON.stringify({ keys: keys.map(({ bytes }) => bytes.toString('base64')) }, null, 2)}\n`

function readKeys(dataDir: string): readonly [SecretKey, ...SecretKey[]] {
  const file = fileIn(dataDir)
  try {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: unknown[] }
    const [first, ...rest] = keys.map((text) => parseKey(String(text)))
    if (first && rest.every((key) => key !== undefined)) return [first, ...(rest as SecretKey[])]
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== undefined)
      throw new KeyFileError(`${file} cannot be read (${code}): the user that runs this must own it.`)
    // Not JSON: reported below, without the content, which may contain keys.
  }
  throw new KeyFileError(
    `${file} does not hold {"keys": ["…"]} with keys of 32 bytes in base64: put the right ones back, without which sealed request headers cannot be sent; or remove it and another key is made.`,
  )
}
