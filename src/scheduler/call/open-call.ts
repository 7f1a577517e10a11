import { logFailure } from '../../background/survive.ts'
import type { Log } from '../../log/log.ts'
import type { SecretValues } from '../../named-secrets/secret-values.ts'
import { UnresolvedReference } from '../../secrets/references.ts'
import { type OpenedHeader, SealedError, type Secrets } from '../../secrets/secrets.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import type { CallOutcome } from './call.ts'
import { notSent } from './not-sent.ts'

/** What is sent of a task, with its secrets decrypted. */
export interface OpenedCall {
  readonly header: Readonly<Record<string, string>>
  /** Names, in lower case, of the headers with secret values. They are not sent to another origin. */
  readonly secretNames: { has(name: string): boolean }
  /** The texts that are masked in the answer and in errors. */
  readonly secretTexts: readonly string[]
}

/** What `openCall` reads secrets from. */
export interface OpeningParts {
  readonly secrets: Secrets
  readonly namedSecrets: SecretValues
  readonly log: Log
}

/**
 * Decrypts the secrets of a claimed task.
 * @returns the outcome of a call that was not sent, when a secret is missing or cannot be decrypted. A promise only for a task
 * that needs more than its claim brought, since most calls are started without waiting
 */
export function openCall(
  parts: OpeningParts,
  claimed: Claimed,
): OpenedCall | CallOutcome | Promise<OpenedCall | CallOutcome> {
  try {
    const opened = parts.secrets.openHeader(claimed, claimed.header, claimed.secret_header)
    return opened.refers ? resolve(parts, claimed, opened) : toOpenedCall(opened)
  } catch (error) {
    return notSent(error instanceof SealedError ? error.message : 'its secret headers cannot be decrypted')
  }
}

const noTexts: readonly string[] = []

function toOpenedCall({ header, secret, alsoSecret }: OpenedHeader): OpenedCall {
  const secretTexts = secret.size === 0 && alsoSecret.length === 0 ? noTexts : [...secret.values(), ...alsoSecret]
  return { header, secretNames: secret, secretTexts }
}

async function resolve({ namedSecrets, log }: OpeningParts, { service_id }: Claimed, opened: OpenedHeader) {
  try {
    return toOpenedCall(await namedSecrets.resolve(service_id, opened))
  } catch (error) {
    if (error instanceof SealedError || error instanceof UnresolvedReference) return notSent(error.message)
    logFailure(log, error, 'the named secrets of a service could not be read')
    return notSent('the named secrets of its service could not be read from the database')
  }
}
