import { logFailure } from '../../background/survive.ts'
import type { Log } from '../../log/log.ts'
import type { SecretValues } from '../../named-secrets/secret-values.ts'
import type { CallTls } from '../../outbound/call-tls.ts'
import { UnresolvedReference } from '../../secrets/references.ts'
import { placeOf } from '../../secrets/sealed-columns.ts'
import { secretTextsOf, unmaskUrl } from '../../secrets/secret-url.ts'
import { type OpenedHeader, SealedError, type Secrets } from '../../secrets/secrets.ts'
import type { ProfilesForCalls } from '../../tls-profiles/profiles-for-calls.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import type { CallOutcome } from './call.ts'
import { notSent } from './not-sent.ts'

/** What is sent of a task, with its secrets decrypted. */
export interface OpenedCall {
  readonly url: string
  readonly header: Readonly<Record<string, string>>
  /** Names, in lower case, of the headers with secret values. They are not sent to another origin. */
  readonly secretNames: { has(name: string): boolean }
  /** The texts that are masked in the answer and in errors. */
  readonly secretTexts: readonly string[]
  /** How the target is connected to over TLS, where that differs from the default. */
  readonly tls?: CallTls | undefined
}

/** What `openCall` reads secrets from. */
export interface OpeningParts {
  readonly secrets: Secrets
  readonly namedSecrets: SecretValues
  readonly tlsProfiles: ProfilesForCalls
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
    const url = openUrl(parts, claimed)
    return opened.refers || claimed.extras?.tls_profile
      ? readMore(parts, claimed, opened, url)
      : toOpenedCall(opened, url)
  } catch (error) {
    return notSent(error instanceof SealedError ? error.message : 'its secrets cannot be decrypted')
  }
}

/** The URL of a call, and what of it is secret. */
interface OpenedUrl {
  readonly url: string
  readonly texts: readonly string[]
}

const noTexts: readonly string[] = []

function openUrl({ secrets }: OpeningParts, { url, service_id, task_id, extras }: Claimed): OpenedUrl {
  const sealed = extras?.sealed_url
  if (!sealed) return { url, texts: noTexts }
  const hidden = secrets.openText(placeOf('task', service_id, task_id), sealed, 'the URL')
  return { url: unmaskUrl(url, hidden), texts: secretTextsOf(hidden) }
}

function toOpenedCall({ header, secret, alsoSecret }: OpenedHeader, { url, texts }: OpenedUrl): OpenedCall {
  const secretTexts = secret.size === 0 ? texts : [...secret.values(), ...alsoSecret, ...texts]
  return { url, header, secretNames: secret, secretTexts }
}

/** Reads what the service has besides its tasks: named secrets, and TLS profiles. */
async function readMore(
  { namedSecrets, tlsProfiles, log }: OpeningParts,
  { service_id, extras }: Claimed,
  opened: OpenedHeader,
  url: OpenedUrl,
): Promise<OpenedCall | CallOutcome> {
  try {
    const header = opened.refers ? await namedSecrets.resolve(service_id, opened) : opened
    const name = extras?.tls_profile
    const tls = name ? await tlsProfiles.find(service_id, name) : undefined
    if (name && !tls) return notSent(`there is no TLS profile ${name}: set it with PUT /tls-profiles/${name}`)
    return { ...toOpenedCall(header, url), tls }
  } catch (error) {
    if (error instanceof SealedError || error instanceof UnresolvedReference) return notSent(error.message)
    logFailure(log, error, 'the secrets of a service could not be read')
    return notSent('the secrets of its service could not be read from the database')
  }
}
