export {}

/**
 * The target of every measurement, as a process of its own: answers `ok`, and counts. `/count` tells how many calls came
 * and when the first and the last did (ms); `/reset` starts anew; `/slow?ms=` waits. Prints its address.
 */
let calls = 0
let first = 0
let last = 0

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const path = request.url.slice(request.url.indexOf('/', 8))
    if (path === '/count') return Response.json({ calls, first, last })
    if (path === '/reset') {
      calls = first = last = 0
      return new Response()
    }
    const now = performance.timeOrigin + performance.now()
    if (calls++ === 0) first = now
    last = now
    if (path.startsWith('/slow')) await Bun.sleep(Number(path.split('=')[1]))
    return new Response('ok')
  },
})
console.log(`http://127.0.0.1:${server.port}`)
