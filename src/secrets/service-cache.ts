import { LRUCache } from 'lru-cache'

/** How long a value is used without being read again, in ms. */
const freshMs = 1_000
/** How long a value is used after it was read if it cannot be read again, in ms. */
const usableMs = 60_000
/** How long a call waits for a value to be read while there is an older one, in ms. */
const patienceMs = 1_000

interface Entry<T> {
  value: T | undefined
  /** When the read began that gave the value. */
  readAt: number
  reading: Promise<void> | undefined
}

/**
 * What calls need of a service besides their tasks. It is read again when it is older than a second, once for all calls that
 * need it. While the database does not answer, the value of the last minute is used.
 */
export class ServiceCache<T> {
  readonly #entries = new LRUCache<string, Entry<T>>({ max: 1_000 })

  /** @param read returns the value of a service; given the one that it replaces */
  constructor(readonly read: (serviceId: string, before: T | undefined) => Promise<T>) {}

  /** Returns the value of a service. @throws what `read` throws, when there is no usable value */
  async get(serviceId: string): Promise<T> {
    const entry = this.#entries.get(serviceId) ?? {
      value: undefined,
      readAt: Number.NEGATIVE_INFINITY,
      reading: undefined,
    }
    this.#entries.set(serviceId, entry)
    const age = performance.now() - entry.readAt
    if (entry.value !== undefined && age < freshMs) return entry.value
    entry.reading ??= this.#read(serviceId, entry)
    if (entry.value === undefined || age > usableMs) await entry.reading
    else await Promise.race([entry.reading.catch(() => {}), Bun.sleep(patienceMs)])
    return entry.value as T
  }

  async #read(serviceId: string, entry: Entry<T>): Promise<void> {
    const began = performance.now()
    try {
      entry.value = await this.read(serviceId, entry.value)
      entry.readAt = began
    } finally {
      entry.reading = undefined
    }
  }
}
