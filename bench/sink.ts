export {}

/**
 * The target of most measurements, as a separate process: answers `ok` and counts calls. The first argument is the number of
 * ports; the addresses are printed in one line. With a certificate and its key as further arguments it speaks HTTPS on
 * them; the first port, for `/reset` and `/count`, is then an additional one that speaks HTTP.
 *
 * `/` answers at once, `/slow?ms=` after a delay, `/keys` counts by Idempotency-Key, `/arrivals` records when a call arrived,
 * and `/skew` how long after its Duly-Scheduled-For that was. `/reset?run=&from=&to=` sets all counts to zero. The `from`th and
 * the `to`th call are then printed with the number of the run and the time in ms; polling for them would cost CPU. `/count`
 * returns the counts.
 */
interface Seen {
  run: string
  from: number
  to: number
  calls: number
  first: number
  last: number
  skews: number[]
  sends: Map<string, number>
  arrivals: number[]
}

const noCalls = (run = '0', from = 1, to = 0): Seen => ({
  run,
  from,
  to,
  calls: 0,
  first: 0,
  last: 0,
  skews: [],
  sends: new Map(),
  arrivals: [],
})
let seen = noCalls()

const [ports = '1', certificate, key] = process.argv.slice(2)
const tls = certificate && key ? { cert: Bun.file(certificate), key: Bun.file(key) } : undefined
const serve = (options: { tls?: typeof tls }) =>
  Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: answer, ...options })
const servers = Array.from({ length: Number(ports) }, () => serve(tls ? { tls } : {}))
const control = tls ? serve({}) : servers[0]
console.log([control, ...servers].map((server) => server?.url.origin).join(' '))

function answer(request: Request): Response | Promise<Response> {
  const path = request.url.slice(request.url.indexOf('/', 8))
  if (path === '/count') return Response.json(report())
  if (path.startsWith('/reset')) {
    const query = new URL(request.url).searchParams
    seen = noCalls(query.get('run') ?? '0', Number(query.get('from') ?? 1), Number(query.get('to') ?? 0))
    return new Response()
  }
  const now = performance.timeOrigin + performance.now()
  if (seen.calls++ === 0) seen.first = now
  seen.last = now
  if (seen.calls === seen.from) console.log(`from ${seen.run} ${now}`)
  if (seen.calls === seen.to) console.log(`to ${seen.run} ${now}`)
  if (path !== '/') note(path, request.headers, now)
  return path.startsWith('/slow') ? answerLate(Number(path.split('=')[1])) : new Response('ok')
}

async function answerLate(ms: number): Promise<Response> {
  await Bun.sleep(ms)
  return new Response('ok')
}

function note(path: string, headers: Headers, now: number): void {
  if (path === '/skew') seen.skews.push(now - Date.parse(headers.get('duly-scheduled-for') ?? ''))
  if (path === '/arrivals') seen.arrivals.push(now)
  if (path !== '/keys') return
  const key = headers.get('idempotency-key') ?? ''
  seen.sends.set(key, (seen.sends.get(key) ?? 0) + 1)
}

function report() {
  const skews = seen.skews.toSorted((a, b) => a - b)
  const at = (share: number) => skews[Math.min(skews.length - 1, Math.floor(skews.length * share))] ?? null
  return {
    calls: seen.calls,
    first: seen.first,
    last: seen.last,
    skew: { p50: at(0.5), p99: at(0.99), max: at(1) },
    arrivals: seen.arrivals,
    keys: seen.sends.size,
    duplicates: seen.sends.values().reduce((sum, sends) => sum + sends - 1, 0),
  }
}
