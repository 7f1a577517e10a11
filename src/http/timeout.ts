/** Timeout of a request, in ms. Only a wait for the database takes so long, so the response is then a 503. */
export const requestTimeoutMs = 4_500

/**
 * For how long a request that works in batches begins another one, in ms: the rest of its timeout is for the last of them, so that it
 * answers what it has done.
 */
export const batchesMs = 3_000

const timeouts = new WeakMap<Request, { start(): void; stop(): void }>()

/**
 * Runs `handle`, and returns the response of `onTimeout` when it takes longer than `ms`. `handle` is not aborted.
 * @throws what `handle` throws
 */
export async function respondWithin(
  ms: number,
  request: Request,
  handle: (request: Request) => Response | Promise<Response>,
  onTimeout: () => Response,
): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>()
  let timer: Timer | undefined
  const timeout = {
    start: () => {
      timer = setTimeout(() => resolve(onTimeout()), ms)
    },
    stop: () => clearTimeout(timer),
  }
  timeouts.set(request, timeout)
  timeout.start()
  try {
    return await Promise.race([handle(request), promise])
  } finally {
    timeout.stop()
  }
}

/**
 * Runs client-paced work, such as reading an upload, with the timeout of the request paused. The full timeout restarts
 * afterwards.
 */
export async function withTimeoutPaused<T>(request: Request, work: () => Promise<T>): Promise<T> {
  const timeout = timeouts.get(request)
  timeout?.stop()
  try {
    return await work()
  } finally {
    timeout?.start()
  }
}
