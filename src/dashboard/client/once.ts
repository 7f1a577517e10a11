import { ApiError } from './api-error.ts'

/** A connection that ends within this time, in ms, was cut; after it, waiting once more would take too long. */
const soonMs = 5_000
/** How long a cut connection is left alone before the request is sent again, in ms. */
const restMs = 400

/**
 * Something that is to be done once, such as the creation of the task in a form. All its requests have one Idempotency-Key
 * until one is answered, so pressing the button again after a lost answer does not do it twice.
 */
export class Once {
  #key: string | undefined

  /** Whether a request went without an answer, so that the next one repeats it. */
  get isInDoubt(): boolean {
    return this.#key !== undefined
  }

  /**
   * Sends a request with the key, and once more if its connection was cut.
   * @param send sends the request with this Idempotency-Key
   * @throws what `send` throws. After an error in doubt, or one that says that the key had another body, the key is kept.
   */
  async do<T>(send: (key: string) => Promise<T>): Promise<T> {
    this.#key ??= newKey()
    const key = this.#key
    const start = performance.now()
    try {
      const result = await send(key).catch(async (error) => {
        if (!isCut(error) || performance.now() - start > soonMs) throw error
        await new Promise((resolve) => setTimeout(resolve, restMs))
        return send(key)
      })
      this.#key = undefined
      return result
    } catch (error) {
      if (!isUnsettled(error)) this.#key = undefined
      throw error
    }
  }
}

const isCut = (error: unknown) => error instanceof ApiError && error.isInDoubt && error.status === 0
const isUnsettled = (error: unknown) => error instanceof ApiError && (error.isInDoubt || isReused(error))

/** Whether the key of a request was used for one with another body. */
export function isReused(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'idempotency_key_reused'
}

/** 128 random bits. `crypto.randomUUID` is missing where the dashboard is not served over HTTPS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
