export {}

/**
 * The upper bound for a drain: a loop of bare `fetch` calls and nothing else, as a separate process.
 * Usage: fetch-loop.ts URL CALLS CONCURRENCY KEEPALIVE. Prints calls per second. Fails if a call fails.
 */
const [url = '', calls = '0', concurrency = '1', keepalive = 'false'] = process.argv.slice(2)
let left = Number(calls)
const init = { keepalive: keepalive === 'true' }
const started = performance.now()
await Promise.all(
  Array.from({ length: Number(concurrency) }, async () => {
    while (left-- > 0) await (await fetch(url, init)).text()
  }),
)
console.log(Number(calls) / ((performance.now() - started) / 1000))
