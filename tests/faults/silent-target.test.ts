import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { startRawTarget } from '../support/raw-target.ts'

/** Bun looks at its timer of silent connections every four seconds. */
const silenceMs = 10_000

test("a target may be silent for longer than Bun's idle timeout, before its answer and within it", async () => {
  const target = await startRawTarget({
    '/before': (socket) =>
      void setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), silenceMs),
    '/within': (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no')
      setTimeout(() => socket.end('k'), silenceMs)
    },
  })
  const program = `
    const { call } = await import('${join(import.meta.dir, '../../src/scheduler/call/call.ts')}')
    const { outbound } = await import('${join(import.meta.dir, '../support/outbound.ts')}')
    const send = (path) => call(outbound(), { method: 'GET', url: '${target.url}' + path, header: {}, payload: null,
      identity: {}, staysWithOrigin: () => false, timeoutMs: 30_000 })
    console.log(JSON.stringify(await Promise.all([send('/before'), send('/within')])))`
  const child = Bun.spawn([process.execPath, '-e', program], {
    env: { ...process.env, BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1' },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const ok = { status: 'success', status_code: 200, response: 'ok' }
  expect(await new Response(child.stdout).json()).toMatchObject([ok, ok])
  target.stop()
})
