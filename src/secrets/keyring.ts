import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateFile, replacePrivateFile } from '../process/private-file.ts'
import { createKey, parseKey, type SecretKey } from './key.ts'

/** The keys of a server: the first seals, all of them open. */
export interface Keyring {
  keys(): readonly [SecretKey, ...SecretKey[]]
}

/** A file of keys that cannot be used. Its message is one sentence. */
export class KeyFileError extends Error {}

const fileIn = (dataDir: string) => join(dataDir, 'secret-keys.json')

/**
 * The keys that the settings name; in embedded mode those kept in DATA_DIR as well, where a first one is made when none
 * is named.
 * @returns undefined when there is no key: with a database of one's own, and no SECRET_KEY
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
    const kept = isEmbedded && existsSync(fileIn(dataDir)) ? readKeys(dataDir) : []
    return { keys: () => [current, ...old, ...kept] }
  }
  return isEmbedded ? new KeptKeyring(dataDir) : undefined
}

/** The keys in DATA_DIR. Another process may add to them at any time, and the next value is sealed with its key. */
class KeptKeyring implements Keyring {
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
      // A file that goes bad while this process runs is a matter for its next start: these keys still hold.
      if (this.#keys === undefined) throw error
    }
    return this.#keys
  }
}

/** How many keys are kept when one is added: the one before still opens what a running process seals in that moment. */
const keptKeys = 2

/** Makes a new first key in DATA_DIR; those before it stay, for what they sealed. @throws KeyFileError */
export function addKeptKey(dataDir: string): void {
  replacePrivateFile(fileIn(dataDir), asText([createKey(), ...readKeys(dataDir)]))
}

/** Forgets the oldest keys in DATA_DIR, once nothing is sealed with them. @throws KeyFileError */
export function dropOldKeptKeys(dataDir: string): void {
  replacePrivateFile(fileIn(dataDir), asText(readKeys(dataDir).slice(0, keptKeys)))
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
    // Said below: what it holds is not repeated.
  }
  throw new KeyFileError(
    `${file} does not hold {"keys": ["…"]} with keys of 32 bytes in base64: put the right ones back, without which sealed request headers cannot be sent; or remove it and another key is made.`,
  )
}
