import { token } from '../seed.ts'

/** A service of the soak and its tasks. */
export interface Holding {
  readonly service: string
  /** Tasks that are not deleted during the soak. */
  readonly ids: readonly string[]
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Anything but a string is sent as JSON. */
  readonly body?: unknown
  /** The expected statuses. Default: 200. */
  readonly status?: readonly number[]
}

/** Counts of the load so far. */
export interface Tally {
  requests: number
  /** Operations that were skipped because too many were in progress. */
  leftOut: number
  /** Unexpected responses, with the number of each. */
  wrong: Record<string, number>
}

const patienceMs = 30_000
const wrongAtMost = 50

/** Sends requests to the API and counts. An unexpected response is recorded, and the load continues. */
export class Client {
  readonly tally: Tally = { requests: 0, leftOut: 0, wrong: {} }

  constructor(
    readonly base: string,
    readonly holdings: readonly Holding[],
  ) {}

  /** Returns a service and one of its tasks, different for each `n`. */
  pick(n: number): { service: string; id: string; tasks: number } {
    const { service, ids } = this.holdings[n % this.holdings.length] as Holding
    return { service, id: ids[(n * 7) % ids.length] as string, tasks: ids.length }
  }

  /** Sends a request as a service and returns the whole response; undefined if it was unexpected. */
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
        // Every tenth request uses a new connection.
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

  /** Sends a request and returns the response without reading its body. @throws if there is no response */
  send(path: string, service: string | undefined, init: BunFetchRequestInit = {}): Promise<Response> {
    this.tally.requests++
    const credentials: Record<string, string> = service === undefined ? {} : { service_id: service, token }
    const headers = { ...credentials, ...(init.headers as Record<string, string> | undefined) }
    return fetch(this.base + path, { signal: AbortSignal.timeout(patienceMs), ...init, headers })
  }

  /** Records something unexpected. */
  note(what: string): void {
    const { wrong } = this.tally
    if (what in wrong || Object.keys(wrong).length < wrongAtMost) wrong[what] = (wrong[what] ?? 0) + 1
  }
}

/** Returns a path without the parts that differ between requests. */
const pattern = (path: string) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}').replace(/\?.*/, '')
