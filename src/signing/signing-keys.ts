import { Loop } from '../background/loop.ts'
import { DatabaseClock } from '../database/clock.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import { readChangedKeys, type StoredKey } from './read-changed.ts'
import { keyOfSecret, type SignatureHeaders } from './sign.ts'
import { Signer } from './signer.ts'
import { hostOf } from './target.ts'

/** Pause between two reads, in ms. */
const everyMs = 1_000
/** How often all keys are read again, in ms: a failover can take back what was read. */
const allMs = 300_000
/** The same while a key cannot be opened: the server may be given the SECRET_KEY, or the key sealed with another. */
const allUnopenedMs = 10_000
/** How long a replica starts calls after its last read, in ms. */
const usableMs = 30_000

/** How long after its transaction a new key signs on every replica that can read, in ms. */
export const reachesReplicasMs = 1_500

/** A call is not sent because its service has a key that cannot be opened. The message says which and why. */
export class SigningError extends Error {}

/** A key as it signs. */
interface Key extends StoredKey {
  /** What signs with it, or why it cannot be opened. */
  readonly opened: Signer | SealedError
}

/** The keys of a service, newest first, by target; null for those of all targets. */
type Scopes = Map<string | null, readonly Key[]>

/** What the signing keys are read with. */
export interface SigningKeysParts {
  readonly sql: Sql
  readonly secrets: Secrets
  readonly log: Log
}

/**
 * The signing keys of all services, in the memory of a replica. A loop reads what has changed every second, so that a call is
 * signed without a statement and without waiting. It also tells the database's time.
 */
export class SigningKeys {
  readonly #clock = new DatabaseClock()
  readonly #services = new Map<string, Scopes>()
  readonly #loop: Loop
  #since = '-infinity'
  #readAt = Number.NEGATIVE_INFINITY
  #allReadAt = Number.NEGATIVE_INFINITY
  /** Whether a key could not be opened. */
  #unopened = false

  constructor(readonly parts: SigningKeysParts) {
    this.#loop = new Loop({ name: 'reading signing keys', log: parts.log, runOnce: () => this.#read(), everyMs })
  }

  /** Reads the keys now, and every second until stopped. Resolves when the first attempt has ended. */
  start(): Promise<void> {
    return this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Whether the keys were read lately, without which no call may be started: it could go out unsigned. */
  isFresh(): boolean {
    return performance.now() - this.#readAt < usableMs
  }

  /**
   * Signs a request that is sent now, with all valid keys of its target, or else of its service.
   * @param id names the message: the same for each attempt
   * @param body exactly as it is sent; undefined for none
   * @returns the headers to send; undefined when the service has no valid key
   * @throws SigningError when one of these keys cannot be opened
   */
  sign(serviceId: string, id: string, url: string, body: Uint8Array | undefined): SignatureHeaders | undefined {
    const scopes = this.#services.get(serviceId)
    if (scopes === undefined) return undefined
    const now = this.#clock.now()
    const hasTargets = scopes.size > 1 || !scopes.has(null)
    const signature =
      (hasTargets && signatures(scopes.get(hostOf(url)), now, id, body)) || signatures(scopes.get(null), now, id, body)
    if (signature === '') return undefined
    return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now / 1000)), 'webhook-signature': signature }
  }

  async #read(): Promise<void> {
    const began = performance.now()
    const readsAll = began - this.#allReadAt > (this.#unopened ? allUnopenedMs : allMs)
    const { now, at, keys } = await readChangedKeys(this.parts.sql, readsAll ? '-infinity' : this.#since)
    this.#clock.learn(now, began)
    if (readsAll) this.#replace(keys)
    else for (const [serviceId, changed] of Map.groupBy(keys, (key) => key.service_id)) this.#merge(serviceId, changed)
    this.#since = at
    this.#readAt = began
    if (readsAll) this.#allReadAt = began
  }

  #replace(keys: readonly StoredKey[]): void {
    this.#unopened = false
    const stored = Map.groupBy(keys, (key) => key.service_id)
    for (const serviceId of [...this.#services.keys()]) if (!stored.has(serviceId)) this.#services.delete(serviceId)
    for (const [serviceId, ofService] of stored) this.#set(serviceId, ofService)
  }

  /** Takes over the keys of a service that have changed, and drops those that expired. */
  #merge(serviceId: string, changed: readonly StoredKey[]): void {
    const ids = new Set(changed.map(({ id }) => id))
    this.#set(serviceId, [...this.#known(serviceId).filter(({ id }) => !ids.has(id)), ...changed])
  }

  #known(serviceId: string): Key[] {
    return [...(this.#services.get(serviceId)?.values() ?? [])].flat()
  }

  #set(serviceId: string, stored: readonly StoredKey[]): void {
    const known = new Map(this.#known(serviceId).map((key) => [key.id, key]))
    const now = this.#clock.now()
    const keys = stored
      .filter(({ expires }) => expires === null || expires > now)
      .map((key) => ({ ...key, opened: this.#open(key, known.get(key.id)) }))
      .sort((one, other) => other.created - one.created || (one.id < other.id ? 1 : -1))
    this.#unopened ||= keys.some(({ opened }) => opened instanceof SealedError)
    if (keys.length === 0) this.#services.delete(serviceId)
    else
      this.#services.set(
        serviceId,
        Map.groupBy(keys, ({ target }) => target),
      )
  }

  #open({ service_id, id, sealed }: StoredKey, known: Key | undefined): Signer | SealedError {
    if (known?.sealed === sealed && !(known.opened instanceof SealedError)) return known.opened
    try {
      const secret = this.parts.secrets.openText(placeOf('signing_key', service_id, id), sealed, 'it')
      const bytes = keyOfSecret(secret)
      return bytes ? new Signer(bytes) : new SealedError('its stored value is no key')
    } catch (error) {
      if (error instanceof SealedError) return error
      throw error
    }
  }
}

/** The signatures of the keys that are valid, separated by spaces; empty when none is. @throws SigningError */
function signatures(
  keys: readonly Key[] | undefined,
  now: number,
  messageId: string,
  body: Uint8Array | undefined,
): string {
  let all = ''
  for (const { id, expires, opened } of keys ?? []) {
    if (expires !== null && expires <= now) continue
    if (opened instanceof SealedError) throw new SigningError(unopened(id, opened))
    all += `${all === '' ? '' : ' '}${opened.sign(messageId, Math.floor(now / 1000), body)}`
  }
  return all
}

const unopened = (id: string, { message }: SealedError) =>
  `the signing key ${id} cannot be used: ${message}. Give this server that key, or expire the signing key with DELETE /signing-keys/${id}`
