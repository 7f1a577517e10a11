export {}

/**
 * The targets of the soak, as a separate process. Prints their addresses as JSON in one line: `good` does what its path asks
 * for, `slow` and `hung` have their own ports, so that the seats they use count for them alone, and `broken` does not speak
 * HTTP or breaks off in the middle.
 */
const sentence = 'The quick brown fox jumps over the lazy dog. '
const text = sentence.repeat(Math.ceil(200_000 / sentence.length))
const zipped = Bun.gzipSync(text)
const dripEveryMs = 500

const serve = (fetch: (request: Request, url: URL) => Response | Promise<Response>) =>
  `http://127.0.0.1:${
    Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      idleTimeout: 0,
      fetch: (request) => fetch(request, new URL(request.url)),
    }).port
  }`

const addresses = {
  good: serve(answer),
  slow: serve(async (_, url) => {
    await Bun.sleep(Number(url.searchParams.get('ms')))
    return new Response('at last')
  }),
  hung: serve((_, url) =>
    url.pathname === '/drip' ? new Response(drip()) : Promise.withResolvers<Response>().promise,
  ),
  broken: breakOff(),
}
console.log(JSON.stringify(addresses))

function answer(request: Request, url: URL): Response | Promise<Response> {
  const bytes = Number(url.searchParams.get('bytes') ?? 0)
  switch (url.pathname) {
    case '/ok':
      return new Response(text.slice(0, bytes))
    case '/empty':
      return new Response(null, { status: 204 })
    case '/echo':
      return echo(request)
    case '/headers':
      return Response.json(Object.fromEntries(request.headers))
    case '/stream':
      return new Response(inPieces(bytes))
    case '/gzip':
      return new Response(zipped, { headers: { 'content-encoding': 'gzip' } })
    case '/fail':
      return new Response('{"error":"out of order"}', { status: 500 })
    case '/busy':
      return new Response('later', { status: 503, headers: { 'retry-after': '2' } })
    case '/flaky':
      return request.headers.get('duly-attempt') === '1'
        ? new Response('not yet', { status: 502 })
        : new Response('better now')
    case '/redirect': {
      const hops = Number(url.searchParams.get('hops'))
      return Response.redirect(hops > 1 ? `/redirect?hops=${hops - 1}` : '/ok?bytes=300', 302)
    }
    case '/round':
      return Response.redirect('/round', 307)
    case '/elsewhere':
      return Response.redirect(`${addresses.slow}/?ms=50`, 307)
    // An address that the outbound policy refuses, so that no call is sent to it.
    case '/forbidden':
      return Response.redirect('http://169.254.169.254/', 302)
    default:
      return new Response('no such path', { status: 404 })
  }
}

async function echo(request: Request): Promise<Response> {
  return new Response(`${(await request.text()).length} characters`, { status: 201 })
}

/** A body without a declared length. */
function inPieces(bytes: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes) return controller.close()
      controller.enqueue(encoder.encode(text.slice(sent, Math.min(bytes, sent + 8_192))))
      sent += 8_192
    },
  })
}

/** A body without an end. */
function drip(): ReadableStream<Uint8Array> {
  let timer: Timer | undefined
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new Uint8Array([46])), dripEveryMs)
    },
    cancel() {
      clearInterval(timer)
    },
  })
}

function breakOff(): string {
  const { port } = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket, data) {
        const path = data.toString().split(' ')[1]
        if (path === '/half') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\nthe first half of')
        if (path === '/garbage') socket.write('this is no HTTP\r\n\r\n')
        socket.end()
      },
    },
  })
  return `http://127.0.0.1:${port}`
}
