/**
 * Load on an API, as a separate process: `clients` clients, each with a keep-alive connection and one request at a time.
 * Reads a Load as JSON from stdin and prints a LoadResult as JSON. Fails if a response has an unexpected status.
 */
export interface Load {
  readonly url: string
  /** `{id}` in the path is replaced by each of `ids` in turn, `{n}` in the body by the number of the request. */
  readonly path: string
  readonly method: string
  readonly body: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly ids: readonly string[]
  readonly status: number
  /** Measured requests; a tenth of that number is sent first as a warm-up. */
  readonly requests: number
  readonly clients: number
}

export interface LoadResult {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

if (import.meta.main) console.log(JSON.stringify(await run((await Bun.stdin.json()) as Load)))

async function run(load: Load): Promise<LoadResult> {
  await send(load, Math.ceil(load.requests / 10))
  const started = performance.now()
  const took = (await send(load, load.requests)).sort()
  const seconds = (performance.now() - started) / 1000
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] as number
  return { perSecond: load.requests / seconds, p50: at(0.5), p99: at(0.99) }
}

/** Sends requests and returns the duration of each, in ms. */
async function send(load: Load, requests: number): Promise<Float64Array> {
  const took = new Float64Array(requests)
  let next = 0
  const client = async () => {
    for (let n = next++; n < requests; n = next++) {
      const path = load.path.replace('{id}', load.ids[n % load.ids.length] ?? '')
      const body = load.body?.replace('{n}', String(n))
      const began = performance.now()
      const response = await fetch(load.url + path, { method: load.method, headers: load.headers, body })
      const text = await response.text()
      took[n] = performance.now() - began
      if (response.status !== load.status)
        throw new Error(`${load.method} ${path} answered ${response.status}, not ${load.status}: ${text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: load.clients }, client))
  return took
}
