import type { Fragment, Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import { hiddenPart, isMaskedUrl, maskUrl } from '../secrets/secret-url.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Task } from './model.ts'
import type { EqualSecrets, SetColumn } from './secret-change.ts'

/** A change of `url`, of `secret_url`, or of both. */
export interface UrlChange {
  /** The new URL, or the stored one with its mask, which keeps it; undefined if none is given. */
  readonly url: string | undefined
  /** Whether the URL is secret from now on; undefined keeps what is stored. */
  readonly secret: boolean | undefined
  /** The new URL as it is stored when it is secret; undefined for a mask, and without a key. */
  readonly sealed: { readonly url: string; readonly sealed_url: string } | undefined
}

const noKey: FieldError = {
  path: '/secret_url',
  message: 'needs encryption, and this server has no key for that: it must be given a SECRET_KEY',
}
const bothNeeded: FieldError = {
  path: '/secret_url',
  message: 'can only be changed together with the URL: send url too, with its path and query',
}
const masked = (why: string): FieldError => ({ path: '/url', message: `has a mask in place of its path, ${why}` })
const nothingKept = masked('which keeps a stored secret URL, and there is none: send the whole URL')
const otherHost = masked('which keeps the stored URL, but that has another host: send the whole URL')
const notMasked = masked('which would be called as it is: send the whole URL where secret_url is false')

/** What an update gives of the URL. */
interface GivenUrl {
  readonly url?: string | undefined
  readonly secret_url?: boolean | undefined
}

/** Returns the errors of the URL of a new task. */
export function checkNewUrl(secrets: Secrets, { url, secret_url }: Pick<Task, 'url' | 'secret_url'>): FieldError[] {
  if (!secret_url) return []
  if (isMaskedUrl(url)) return [nothingKept]
  return secrets.canSeal ? [] : [noKey]
}

/** Returns the errors of an update of the URL that do not depend on what is stored. */
export function checkUrlChange(secrets: Secrets, { url, secret_url }: GivenUrl): FieldError[] {
  return secret_url && url !== undefined && !isMaskedUrl(url) && !secrets.canSeal ? [noKey] : []
}

/**
 * Converts the fields of an update to a change of the URL.
 * @param place where the hidden part is stored, by `placeOf`
 * @returns undefined if neither field is given
 */
export function toUrlChange(
  secrets: Secrets,
  { url, secret_url: secret }: GivenUrl,
  place: string,
): UrlChange | undefined {
  if (url === undefined && secret === undefined) return undefined
  const mayBeSealed = url !== undefined && secret !== false && !isMaskedUrl(url) && secrets.canSeal
  const sealed = mayBeSealed ? sealUrl(secrets, url, place) : undefined
  return { url, secret, sealed }
}

/** Returns a secret URL as it is stored: masked, and its hidden part sealed. */
export const sealUrl = (secrets: Secrets, url: string, place: string) => ({
  url: maskUrl(url),
  sealed_url: secrets.sealText(place, hiddenPart(url)),
})

/** What must be stored for a change to apply: a URL that is secret, or is not; the masked URL itself, if it is secret. */
type Requirement = 'secret' | 'not secret' | 'same' | 'same if secret' | 'none'

function requirementOf({ url, secret, sealed }: UrlChange): Requirement {
  if (url === undefined) return secret ? 'secret' : 'not secret'
  if (isMaskedUrl(url)) return secret === undefined ? 'same if secret' : secret ? 'same' : 'not secret'
  return secret === undefined && sealed === undefined ? 'not secret' : 'none'
}

/** SQL condition, beginning with `and`, for the tasks to which a change of the URL can be applied. */
export function urlCondition(sql: Sql, change: UrlChange): Fragment {
  switch (requirementOf(change)) {
    case 'secret':
      return sql`and secret_url`
    case 'not secret':
      return sql`and secret_url is null`
    case 'same':
      return sql`and secret_url and url = ${change.url as string}`
    case 'same if secret':
      return sql`and (secret_url is null or url = ${change.url as string})`
    case 'none':
      return sql``
  }
}

/** Returns why a change of the URL does not apply to a stored task; undefined if it does. */
export function urlChangeFault(change: UrlChange, stored: Pick<Task, 'url' | 'secret_url'>): FieldError | undefined {
  const { url, secret } = change
  switch (requirementOf(change)) {
    case 'secret':
      return stored.secret_url ? undefined : bothNeeded
    case 'not secret':
      if (!stored.secret_url) return undefined
      if (url === undefined) return bothNeeded
      return secret === undefined ? noKey : notMasked
    case 'same':
      if (!stored.secret_url) return nothingKept
      return stored.url === url ? undefined : otherHost
    case 'same if secret':
      return !stored.secret_url || stored.url === url ? undefined : otherHost
    case 'none':
      return undefined
  }
}

/** Whether a change can be applied to some stored tasks only. */
export const dependsOnStored = (change: UrlChange): boolean => requirementOf(change) !== 'none'

/**
 * The columns that hold the URL of a change.
 * @param equal secrets that stay as they are stored, although the change contains them
 */
export function urlValues(sql: Sql, { url, secret, sealed }: UrlChange, equal: EqualSecrets): SetColumn[] {
  if (url === undefined || (secret && !sealed)) return []
  const none: SetColumn[] = [
    ['secret_url', sql`null::boolean`],
    ['sealed_url', sql`null::text`],
  ]
  if (!sealed) return [['url', sql`${url}::text`], ...(secret === false ? none : [])]
  const hidden = sql`
    case
      when (scheduled.stored).sealed_url = ${equal.url}::text then (scheduled.stored).sealed_url
      else ${sealed.sealed_url}
    end`
  if (secret)
    return [
      ['url', sql`${sealed.url}::text`],
      ['secret_url', sql`true`],
      ['sealed_url', hidden],
    ]
  return [
    ['url', sql`case when (scheduled.stored).secret_url then ${sealed.url} else ${url} end`],
    ['sealed_url', sql`case when (scheduled.stored).secret_url then ${hidden} end`],
  ]
}
