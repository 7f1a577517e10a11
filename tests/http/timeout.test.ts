import { expect, test } from 'bun:test'
import { respondWithin, withTimeoutPaused } from '../../src/http/timeout.ts'

const request = () => new Request('http://localhost/')
const late = () => new Response('late')
const after = (ms: number) => Bun.sleep(ms).then(() => new Response('in time'))
const answered = async (answer: (request: Request) => Promise<Response>) =>
  (await respondWithin(60, request(), answer, late)).text()

test("responds with the timeout's response when the handler takes too long", async () => {
  expect(await answered(() => after(0))).toBe('in time')
  expect(await answered(() => after(300))).toBe('late')
})

test('pauses the timeout during an upload, and restarts it in full afterwards', async () => {
  expect(await answered((asked) => withTimeoutPaused(asked, () => after(150)))).toBe('in time')
  const slowBehind = async (asked: Request) => {
    await withTimeoutPaused(asked, () => Bun.sleep(150))
    return after(300)
  }
  expect(await answered(slowBehind)).toBe('late')
})

test('restarts the timeout when the upload breaks off', async () => {
  const brokenOff = async (asked: Request) => {
    await withTimeoutPaused(asked, () => Promise.reject(new Error('gone'))).catch(() => {})
    return after(300)
  }
  expect(await answered(brokenOff)).toBe('late')
})

test('throws what the handler throws', async () => {
  await expect(answered(() => Promise.reject(new Error('a fault')))).rejects.toThrow('a fault')
})
