import type { Server } from 'bun'

/** One request as it arrived. Times are of this process's monotonic clock, in ms. */
export interface Sent {
  readonly key: string
  readonly execution: string
  readonly task: string
  readonly attempt: number
  readonly scheduledFor: string
  readonly method: string
  readonly path: string
  readonly body: string
  readonly at: number
  /** When it was answered, or its caller had gone; undefined while it is held. */
  endedAt: number | undefined
}

type Answer = (sent: Sent) => Response | Promise<Response>

/** A target on loopback that writes down what it is sent, and answers as a test says: at once with 200 unless told. */
export class RecordingTarget {
  readonly sent: Sent[] = []
  answer: Answer = () => new Response('done')
  readonly #server: Server<undefined>
  #gate: Promise<void> | undefined
  #open: () => void = () => {}

  constructor() {
    this.#server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      idleTimeout: 0,
      fetch: (request) => this.#take(request),
    })
    targets.add(this)
  }

  /** Its address, by a host name of one's choice below 127.0.0.0/8. */
  url(path = '/', host = '127.0.0.1'): string {
    return `http://${host}:${this.#server.port}${path}`
  }

  /** From now on no answer is given. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    this.#open = resolve
  }

  /** Everything held is answered, and what comes from now on. */
  release(): void {
    this.#gate = undefined
    this.#open()
  }

  /** How often each slot was sent, by its Idempotency-Key. */
  bySlot(): Map<string, Sent[]> {
    return Map.groupBy(this.sent, (sent) => sent.key)
  }

  stop(): void {
    targets.delete(this)
    this.release()
    void this.#server.stop(true)
  }

  async #take(request: Request): Promise<Response> {
    const header = (name: string) => request.headers.get(name) ?? ''
    const sent: Sent = {
      key: header('idempotency-key'),
      execution: header('duly-execution-id'),
      task: header('duly-task-id'),
      attempt: Number(header('duly-attempt')),
      scheduledFor: header('duly-scheduled-for'),
      method: request.method,
      path: new URL(request.url).pathname,
      body: await request.text(),
      at: performance.now(),
      endedAt: undefined,
    }
    this.sent.push(sent)
    const end = () => {
      sent.endedAt ??= performance.now()
    }
    request.signal.addEventListener('abort', end, { once: true })
    try {
      await this.#gate
      return await this.answer(sent)
    } finally {
      end()
    }
  }
}

const targets = new Set<RecordingTarget>()

/** For afterEach: stops every target that a test has left. */
export function stopTargets(): void {
  for (const target of targets) target.stop()
}
