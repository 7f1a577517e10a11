import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { startBanner } from '../../src/serve/start-banner.ts'

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const credentials = { id, token: 'duly_secret-token' }

test.each([
  [undefined, 'http://localhost:8080'],
  ['0.0.0.0', 'http://localhost:8080'],
  ['::', 'http://localhost:8080'],
  ['127.0.0.1', 'http://127.0.0.1:8080'],
  ['::1', 'http://[::1]:8080'],
  ['duly.example', 'http://duly.example:8080'],
])('with HOST %p a person is sent to %s', (HOST, base) => {
  const text = startBanner(8080, credentials, readConfig({ HOST }))
  expect(text).toContain(`Dashboard   ${base}/\n`)
  expect(text).toContain(`API docs    ${base}/swagger\n`)
  expect(text).toContain(`"url":"${base}/health/live"`)
})

test('credentials of the environment are not printed, and the curl command reads them from there', () => {
  const text = startBanner(8080, undefined, readConfig({ SERVICE_ID: id, SERVICE_TOKEN: 'a given token' }))
  expect(text).not.toContain(id)
  expect(text).not.toContain('a given token')
  expect(text).toContain('curl -u "$SERVICE_ID:$SERVICE_TOKEN" ')
  expect(text).not.toContain('service create')
})

test('without a service it prints how to create one', () => {
  const text = startBanner(8080, undefined, readConfig({ DATABASE_URL: 'postgres://u:a-secret-word@db/duly' }))
  expect(text).toContain('bun run duly service create NAME')
  expect(text).not.toContain('a-secret-word')
})
