import { gzipSync } from 'node:zlib'
import type { Server } from 'bun'
import { eventually } from './eventually.ts'

/** One request as it arrived. Times are of this process's monotonic clock, in ms. */
export interface Sent {
  readonly key: string
  readonly execution: string
  readonly task: string
  readonly attempt: number
  readonly scheduledFor: string
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: string
  readonly at: number
  /** When it was answered or its caller hung up; undefined while it is held. */
  endedAt: number | undefined
}

type Answer = (sent: Sent) => Response | Promise<Response>

/**
 * An HTTP server on loopback that records every request. It answers as `answer` says; by default the path says how:
 * /200 /500 …, /slow?ms=, /redirect?to=&status=, /loop, /huge, /endless, /gzip-bomb, /nul, /broken-utf8, /retry-after,
 * /echo, and 200 for any other.
 */
export class Target {
  readonly sent: Sent[] = []
  answer: Answer = answerByPath
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

  get port(): number {
    return this.#server.port as number
  }

  /** @param host any name or address of 127.0.0.0/8 */
  url(path = '/', host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`
  }

  /** Requests are recorded but not answered until `release`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    this.#open = resolve
  }

  /** Answers everything held, and everything that follows. */
  release(): void {
    this.#gate = undefined
    this.#open()
  }

  /** The requests of each slot, by its Idempotency-Key. */
  bySlot(): Map<string, Sent[]> {
    return Map.groupBy(this.sent, (sent) => sent.key)
  }

  /** Waits until this many requests have arrived, answered or not. */
  async arrived(count: number, withinMs = 30_000): Promise<void> {
    await eventually(
      () => this.sent.length >= count,
      () => `${this.sent.length} of ${count} requests arrived`,
      withinMs,
    )
  }

  stop(): void {
    targets.delete(this)
    this.release()
    void this.#server.stop(true)
  }

  async #take(request: Request): Promise<Response> {
    const header = (name: string) => request.headers.get(name) ?? ''
    const { pathname, searchParams } = new URL(request.url)
    const sent: Sent = {
      key: header('idempotency-key'),
      execution: header('duly-execution-id'),
      task: header('duly-task-id'),
      attempt: Number(header('duly-attempt')),
      scheduledFor: header('duly-scheduled-for'),
      method: request.method,
      path: pathname,
      query: searchParams,
      headers: request.headers,
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

const targets = new Set<Target>()

/** For afterEach or afterAll: stops every target that is still running. */
export function stopTargets(): void {
  for (const target of targets) target.stop()
}

async function answerByPath({ path, query, headers }: Sent): Promise<Response> {
  switch (path) {
    case '/echo':
      return Response.json(Object.fromEntries(headers))
    case '/slow':
      await Bun.sleep(Number(query.get('ms')))
      return new Response('late')
    case '/redirect':
      return new Response(null, {
        status: Number(query.get('status') ?? 302),
        headers: { location: query.get('to') ?? '/200' },
      })
    case '/loop':
      return new Response(null, { status: 302, headers: { location: '/loop' } })
    case '/huge':
      return new Response(`start${'x'.repeat(20_000_000)}`)
    case '/endless':
      return new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(120)) }),
      )
    case '/gzip-bomb':
      return new Response(gzipSync(Buffer.alloc(50_000_000, 'y')), { headers: { 'content-encoding': 'gzip' } })
    case '/nul':
      return new Response('a\0b')
    case '/broken-utf8':
      return new Response(new Uint8Array([0x61, 0xff, 0x62]))
    case '/retry-after':
      return new Response('busy', { status: 503, headers: { 'retry-after': '7' } })
    default:
      return new Response('ok', { status: Number(path.slice(1)) || 200 })
  }
}
