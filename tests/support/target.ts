import { gzipSync } from 'node:zlib'

/** What a target saw of one call. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string
  readonly at: number
}

/**
 * A real HTTP server on loopback whose path says how it answers: /200 /500 …, /slow?ms=, /redirect?to=&status=, /loop,
 * /huge, /endless, /gzip-bomb, /nul, /broken-utf8, /echo.
 */
export function startTarget() {
  const seen: Seen[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url)
      seen.push({
        method: request.method,
        path: url.pathname,
        headers: request.headers,
        body: await request.text(),
        at: performance.now(),
      })
      return url.pathname === '/echo' ? Response.json(Object.fromEntries(request.headers)) : answer(url)
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, port: server.port as number, seen, stop: () => server.stop(true) }
}

async function answer(url: URL): Promise<Response> {
  switch (url.pathname) {
    case '/slow':
      await Bun.sleep(Number(url.searchParams.get('ms')))
      return new Response('late')
    case '/redirect':
      return new Response(null, {
        status: Number(url.searchParams.get('status') ?? 302),
        headers: { location: url.searchParams.get('to') ?? '/200' },
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
      return new Response('ok', { status: Number(url.pathname.slice(1)) || 200 })
  }
}
