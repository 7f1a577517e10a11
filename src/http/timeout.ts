const clocks = new WeakMap<Request, { start(): void; stop(): void }>()

/**
 * Answers a request, or gives up on it after `ms` and answers with `late`.
 * @throws what `answer` throws
 */
export async function answerWithin(
  ms: number,
  request: Request,
  answer: (request: Request) => Response | Promise<Response>,
  late: () => Response,
): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>()
  let timer: Timer | undefined
  const clock = {
    start: () => {
      timer = setTimeout(() => resolve(late()), ms)
    },
    stop: () => clearTimeout(timer),
  }
  clocks.set(request, clock)
  clock.start()
  try {
    return await Promise.race([answer(request), promise])
  } finally {
    clock.stop()
  }
}

/** Does work of the caller's pace, such as an upload: its time does not count, and the clock starts anew behind it. */
export async function offTheClock<T>(request: Request, work: () => Promise<T>): Promise<T> {
  const clock = clocks.get(request)
  clock?.stop()
  try {
    return await work()
  } finally {
    clock?.start()
  }
}
