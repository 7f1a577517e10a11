import { beforeAll, expect, test } from 'bun:test'
import { type Account, app, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
let task: string
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = `/tasks/${(await createTask(owner)).id}`
})

/** What a browser is told with an answer, whoever asks and from where. */
async function headersOf(method: string, path: string, account?: Account): Promise<Headers> {
  const { headers } = await send(account, method, path, undefined, {
    Origin: 'http://elsewhere.example',
    'Access-Control-Request-Method': 'POST',
  })
  return headers
}

function holdGuards(what: string, headers: Headers): void {
  expect([what, headers.get('x-content-type-options')]).toEqual([what, 'nosniff'])
  expect([what, headers.get('referrer-policy')]).toEqual([what, 'no-referrer'])
  expect([what, headers.get('x-frame-options')]).toEqual([what, 'DENY'])
  expect([what, headers.get('content-security-policy')]).toEqual([what, expect.stringContaining("default-src 'none'")])
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(
    [...headers.keys()].filter((name) => /^access-control-|^server$|^x-powered-by$|^set-cookie$/.test(name)),
  ).toEqual([])
}

test('every page and file has the security headers', async () => {
  const files = ['/', '/index.html', '/app.js', '/style.css', '/icon.svg', '/jetbrains-mono.woff2']
  const docs = ['/swagger', '/swagger/show.js', '/swagger/swagger-ui.css', '/swagger/json', '/swagger/json/']
  for (const path of [...files, ...docs]) {
    holdGuards(path, await headersOf('GET', path))
    const { headers, status } = await send(undefined, 'HEAD', path)
    expect([path, status]).toEqual([path, 200])
    holdGuards(`HEAD ${path}`, headers)
  }
})

test('every response of the API has them too, errors included, and must not be cached', async () => {
  const asked: [string, string, Account?][] = [
    ...['/tasks', '/tasks?count=1', task, `${task}/executions`, `${task}/upcoming`, '/overview'].map(
      (path): [string, string, Account] => ['GET', path, owner],
    ),
    ...[
      ['POST', '/tasks'],
      ['DELETE', `/tasks/${owner.id}`],
      ['HEAD', task],
      ['OPTIONS', '/tasks'],
    ].map(([method, path]): [string, string, Account] => [method as string, path as string, owner]),
    ...['/tasks', '/nowhere', '/health/live', '/health/ready', '/metrics', '/swagger/json'].map(
      (path): [string, string] => ['GET', path],
    ),
  ]
  for (const [method, path, account] of asked) {
    const headers = await headersOf(method, path, account)
    holdGuards(`${method} ${path}`, headers)
    expect([path, headers.get('cache-control')]).toEqual([path, path.startsWith('/swagger') ? 'no-cache' : 'no-store'])
  }
})

test('the description of the API is the same with a slash at the end', async () => {
  const texts = ['/swagger/json', '/swagger/json/'].map(async (path) =>
    (await app.fetch(new Request(`http://localhost${path}`))).text(),
  )
  const [one, other] = await Promise.all(texts)
  expect(other).toBe(one as string)
})
