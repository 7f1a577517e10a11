import { token } from '../seed.ts'

/** What a service of the soak holds. */
export interface Holding {
  readonly service: string
  /** Tasks that stay for as long as the soak lasts. */
  readonly ids: readonly string[]
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What is no text goes out as JSON. */
  readonly body?: unknown
  /** The statuses that are right; 200 unless given. */
  readonly status?: readonly number[]
}

/** What the load has done so far. */
export interface Tally {
  requests: number
  /** Operations that were left out because too many were under way. */
  leftOut: number
  /** Answers that should not be, and how many of each. */
  wrong: Record<string, number>
}

const patienceMs = 30_000
const wrongAtMost = 50

/** Asks the API and counts. An answer that should not be is noted, and the load goes on. */
export class Client {
  readonly tally: Tally = { requests: 0, leftOut: 0, wrong: {} }

  constructor(
    readonly base: string,
    readonly holdings: readonly Holding[],
  ) {}

  /** A service and one of its tasks, others for each `n`. */
  pick(n: number): { service: string; id: string; tasks: number } {
    const { service, ids } = this.holdings[n % this.holdings.length] as Holding
    return { service, id: ids[(n * 7) % ids.length] as string, tasks: ids.length }
  }

  /** Sends a request as a service and reads the whole answer; undefined when it was none that should be. */
  async ask(
    path: string,
    service: string | undefined,
    ask: Ask = {},
  ): Promise<{ text: string; headers: Headers } | undefined> {
    const { method = 'GET', headers = {}, body, status = [200] } = ask
    const json = body !== undefined && typeof body !== 'string'
    try {
      const response = await this.send(path, service, {
        method,
        headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
        body: json ? JSON.stringify(body) : (body as string | undefined),
        // Now and then on a connection of its own.
        keepalive: this.tally.requests % 10 !== 0,
      })
      const text = await response.text()
      if (status.includes(response.status)) return { text, headers: response.headers }
      this.note(`${method} ${pattern(path)} answered ${response.status}: ${text.slice(0, 200)}`)
    } catch (error) {
      this.note(`${method} ${pattern(path)} failed: ${(error as Error).message}`)
    }
    return undefined
  }

  /** Sends a request and leaves the answer to the caller. @throws when none comes */
  send(path: string, service: string | undefined, init: BunFetchRequestInit = {}): Promise<Response> {
    this.tally.requests++
    const credentials: Record<string, string> = service === undefined ? {} : { service_id: service, token }
    const headers = { ...credentials, ...(init.headers as Record<string, string> | undefined) }
    return fetch(this.base + path, { signal: AbortSignal.timeout(patienceMs), ...init, headers })
  }

  /** Notes what should not be. */
  note(what: string): void {
    const { wrong } = this.tally
    if (what in wrong || Object.keys(wrong).length < wrongAtMost) wrong[what] = (wrong[what] ?? 0) + 1
  }
}

/** A path without what differs from request to request. */
const pattern = (path: string) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}').replace(/\?.*/, '')
