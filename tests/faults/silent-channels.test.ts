import { expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { sendEmail } from '../../src/notifications/email.ts'
import { sendWebhook } from '../../src/notifications/webhook.ts'
import { links, message } from '../support/messages.ts'
import { outbound } from '../support/outbound.ts'
import { Target } from '../support/target.ts'

const aboutTenSeconds = (ms: number) => expect(ms).toBeWithin(9_500, 15_000)

test.concurrent('a webhook that does not answer is given up after 10 s', async () => {
  const target = new Target()
  target.hold()
  const sent = await sendWebhook(outbound(), { url: target.url('/'), secrets: [] }, message(), links)
  expect(sent).toMatchObject({ ok: false, status_code: null, error: expect.stringContaining('timeout after 10 s') })
  aboutTenSeconds(sent.duration_ms)
  target.stop()
})

test.concurrent.each([
  ['hangs', (_: Socket) => {}],
  ['sends its greeting a byte at a time', drip],
])('a mail server that %s is given up after 10 s', async (_, behave) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    behave(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  const settings = {
    server: { host: '127.0.0.1', port, secure: false, requireTLS: true, ignoreTLS: false },
    from: { name: '', address: 'duly@example.com' },
  }
  const sent = await sendEmail(settings, ['ops@example.com'], message(), links)
  expect(sent).toMatchObject({ ok: false, status_code: null, error: 'the mail server did not answer within 10 s' })
  aboutTenSeconds(sent.duration_ms)
  for (const socket of sockets) socket.destroy()
  server.close()
})

/** Sends a byte each 100 ms. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('2'), 100)
  socket.on('close', () => clearInterval(timer))
}
