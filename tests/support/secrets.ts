import { createKey, type SecretKey } from '../../src/secrets/key.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { Secrets } from '../../src/secrets/secrets.ts'

/** Secrets under these keys, the first of them the current one. */
export function secretsUnder(keys: readonly [SecretKey, ...SecretKey[]], more: readonly string[] = []): Secrets {
  return new Secrets(new SecretNames(more), { keys: () => keys })
}

const key = createKey()

/** The secrets of the app and the schedulers that tests start in their own process. */
export const secrets = secretsUnder([key])

/** The same key, for the SECRET_KEY of a process. */
export const secretKey = key.bytes.toString('base64')

/** Those of a server without a key. */
export const noSecrets = new Secrets(new SecretNames([]), undefined)
