import { afterAll, beforeAll, expect, test } from 'bun:test'
import { gunzipSync } from 'bun'
import { acceptsGzip } from '../../src/http/compressed.ts'
import { app } from '../support/app.ts'

let server: ReturnType<typeof Bun.serve>
beforeAll(() => {
  server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) })
})
afterAll(() => server.stop(true))

/** A GET as a browser sends it, and the bytes that came over the wire. */
async function get(path: string, headers: Record<string, string> = { 'accept-encoding': 'gzip, deflate, br, zstd' }) {
  const answer = await fetch(`${server.url.origin}${path}`, { headers, decompress: false })
  return { status: answer.status, headers: answer.headers, bytes: await answer.bytes() }
}

const inflated = (bytes: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(gunzipSync(bytes))

const staticImport = /(?:from|import)\s*"\.\/([^"]+)"/g
const laterImport = /import\(\s*"\.\/([^"]+)"/g
/** The scripts that a script imports. */
const importsOf = (bytes: Uint8Array<ArrayBuffer>, how: RegExp) =>
  [...inflated(bytes).matchAll(how)].map(([, named]) => `/${named}`)

/** What a browser loads before the sign-in stands: the page, what it names, and what its styles and scripts name. */
async function firstLoad(): Promise<Map<string, number>> {
  const page = await get('/')
  const sizes = new Map([['/', page.bytes.length]])
  const waiting = [...inflated(page.bytes).matchAll(/<(?:link|script)[^>]* (?:src|href)="([^"]+)"/g)].map(
    ([, path]) => `/${path}`,
  )
  for (let path = waiting.shift(); path; path = waiting.shift()) {
    const { bytes, headers } = await get(path)
    sizes.set(path, bytes.length)
    if (headers.get('content-type')?.startsWith('text/css'))
      waiting.push(...[...inflated(bytes).matchAll(/url\("?([^")]+)"?\)/g)].map(([, named]) => `/${named}`))
    if (headers.get('content-type')?.startsWith('text/javascript')) waiting.push(...importsOf(bytes, staticImport))
  }
  return sizes
}

test('all of the first load comes to less than 90 KB', async () => {
  const sizes = await firstLoad()
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  console.info(`The first load is ${(total / 1000).toFixed(1)} KB: ${JSON.stringify(Object.fromEntries(sizes))}`)
  expect([...sizes.keys()].filter((path) => path.startsWith('/style.css'))).toHaveLength(1)
  expect(sizes.get([...sizes.keys()].find((path) => path.startsWith('/app.js')) ?? '')).toBeGreaterThan(10_000)
  expect(sizes.get('/jetbrains-mono.woff2')).toBeWithin(10_000, 30_001)
  expect(total).toBeLessThan(90_000)
})

test('the form and the plots are loaded when they are shown, from files that a cache may keep for each version', async () => {
  const { bytes } = await get('/app.js')
  const named = importsOf(bytes, laterImport)
  expect(named.length).toBeGreaterThan(2)
  for (const path of [...named, ...importsOf(bytes, staticImport)]) {
    expect(path).toMatch(/^\/app-[a-z0-9]+\.js$/)
    const { status, headers } = await get(path)
    expect([path, status, headers.get('content-encoding')]).toEqual([path, 200, 'gzip'])
    expect(headers.get('content-type')).toStartWith('text/javascript')
  }
  expect((await get('/app-0.js')).status).toBe(404)
})

test('the page names its style sheet and its script by their content, and these are kept without being asked for again', async () => {
  const [style, script, ...others] = [
    ...inflated((await get('/')).bytes).matchAll(/(?:href|src)="((?:style|app)\.[^"]+)"/g),
  ].map(([, path]) => `/${path}`)
  expect([style, script, others]).toEqual([
    expect.stringMatching(/^\/style\.css\?v=[a-z0-9]+$/),
    expect.stringMatching(/^\/app\.js\?v=[a-z0-9]+$/),
    [],
  ])
  const later = importsOf((await get('/app.js')).bytes, laterImport)
  const keeping = async (path: string) => (await get(path)).headers.get('cache-control')
  for (const path of [style as string, script as string, ...later])
    expect([path, await keeping(path)]).toEqual([path, 'public, max-age=31536000, immutable'])
  // Another version of the server, which a replica may still have during an update, answers with what it has.
  for (const path of ['/', '/index.html', '/app.js', '/style.css', '/style.css?v=0', '/jetbrains-mono.woff2'])
    expect([path, await keeping(path)]).toEqual([path, 'no-cache'])
})

test('texts are compressed for who takes that, and the same text goes to who does not', async () => {
  for (const path of ['/', '/index.html', '/app.js', '/style.css']) {
    const plain = await get(path, { 'accept-encoding': 'identity' })
    const small = await get(path)
    expect([path, plain.status, small.status]).toEqual([path, 200, 200])
    expect([path, plain.headers.get('content-encoding')]).toEqual([path, null])
    expect([path, small.headers.get('content-encoding')]).toEqual([path, 'gzip'])
    expect(inflated(small.bytes)).toBe(new TextDecoder().decode(plain.bytes))
    const type = (answer: typeof plain) => answer.headers.get('content-type')?.toLowerCase().replace(' ', '')
    expect([path, type(small)]).toEqual([path, type(plain)])
    for (const { headers } of [plain, small]) expect(headers.get('vary')).toBe('accept-encoding')
  }
})

test('the compressed text has a tag of its own, by which it is not sent again', async () => {
  for (const path of ['/', '/app.js', '/style.css']) {
    const plain = await get(path, { 'accept-encoding': 'identity' })
    const small = await get(path)
    const etag = small.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"\w+-gzip"$/)
    expect(etag).not.toBe(plain.headers.get('etag') ?? '')
    for (const known of [etag, `W/${etag}`, `"another", ${etag}`]) {
      const again = await get(path, { 'accept-encoding': 'gzip', 'if-none-match': known })
      expect([path, known, again.status, again.bytes.length]).toEqual([path, known, 304, 0])
      expect(again.headers.get('etag')).toBe(etag)
      expect(again.headers.get('content-security-policy')).toStartWith("default-src 'none'")
    }
    const stale = await get(path, { 'accept-encoding': 'gzip', 'if-none-match': '"another"' })
    expect([path, stale.status]).toEqual([path, 200])
  }
})

test.each([
  ['gzip', true],
  ['br, gzip;q=0.5', true],
  ['GZIP', true],
  ['', false],
  ['br', false],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
])('an Accept-Encoding of %p takes gzip: %p', (accepted, takes) => {
  expect(acceptsGzip(accepted)).toBe(takes)
})
