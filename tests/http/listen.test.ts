import { afterEach, expect, spyOn, test } from 'bun:test'
import type { Server } from 'bun'
import { listen } from '../../src/listen.ts'

let server: Server<undefined> | undefined
afterEach(() => server?.stop(true))

test('what escapes a handler is a 500 in the envelope that tells nothing of the inside, and is written down', async () => {
  const written = spyOn(console, 'error').mockImplementation(() => {})
  try {
    for (const fail of [() => Promise.reject(new Error('an inner secret')), () => JSON.parse('an inner secret')]) {
      ;[server] = listen(['127.0.0.1'], 0, fail)
      const response = await fetch(`http://127.0.0.1:${server?.port}/`)
      expect(response.status).toBe(500)
      expect(await response.text()).toBe('{"message":"Something went wrong inside Duly. It has been logged."}')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      server?.stop(true)
    }
    expect(written).toHaveBeenCalledTimes(2)
  } finally {
    written.mockRestore()
  }
})
