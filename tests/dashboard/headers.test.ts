import { expect, test } from 'bun:test'
import { send } from '../support/app.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

test.each(['/', '/index.html', '/app.js', '/style.css', '/icon.svg'])(
  '%s goes out with the strict policy, asked for anew each time',
  async (path) => {
    // Twice: the first answer of a file and the remembered one take different ways.
    for (let turn = 0; turn < 2; turn++) {
      const { status, headers, body } = await send(undefined, 'GET', path)
      expect(status).toBe(200)
      expect(body.length).toBeGreaterThan(0)
      expect(headers.get('content-security-policy')).toBe(policy)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-cache')
    }
  },
)

test.each(['/app.js', '/style.css'])('%s is not sent again to who has it', async (path) => {
  const { headers } = await send(undefined, 'GET', path)
  const again = await send(undefined, 'GET', path, undefined, { 'if-none-match': headers.get('etag') ?? '' })
  expect(again.status).toBe(304)
  expect(again.body).toBe('')
})

test('the page asks for files that exist, and for no other host', async () => {
  const { body } = await send(undefined, 'GET', '/')
  const addresses = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string)
  expect(addresses.length).toBeGreaterThan(3)
  for (const address of addresses) {
    // Relative, for a dashboard below a path.
    expect(address).toMatch(/^[a-z]/)
    expect((await send(undefined, 'GET', `/${address}`)).status).toBe(200)
  }
})
