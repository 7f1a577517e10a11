import { token } from '../seed.ts'
import type { Client } from './client.ts'
import type { Operation } from './requests.ts'

const idleMs = 200

/** Requests that break off: what was sent of them, and what there is to come when the connection is closed. */
const beginnings: readonly ((client: Client) => string)[] = [
  () => '',
  () => 'GET /tasks HTT',
  (client) => `GET /overview HTTP/1.1\r\nHost: localhost\r\nservice_id: ${client.pick().service}\r\n`,
  (client) => `${head(client, 'POST /tasks')}Content-Length: 5000\r\n\r\n{"name": "the first`,
  (client) => `${head(client, 'POST /tasks')}Transfer-Encoding: chunked\r\n\r\n10\r\n{"name": "the fi\r\n`,
  // Whole, but nobody waits for the answer.
  (client) => `${head(client, 'GET /tasks')}\r\n`,
  (client) => `${head(client, 'GET /overview')}\r\n`,
  () => 'this is no HTTP\r\n\r\n',
]

const head = (client: Client, line: string) =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nservice_id: ${client.pick().service}\r\ntoken: ${token}\r\nContent-Type: application/json\r\n`

/** Opens a connection, sends the beginning of a request, and goes away: at once with a reset, or after a while with an end. */
export const breakOff: Operation = async (client) => {
  const n = client.next()
  const beginning = (beginnings[n % beginnings.length] as (typeof beginnings)[number])(client)
  const { hostname, port } = new URL(client.base)
  client.tally.requests++
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {}, close: () => resolve() } })
  socket.write(beginning)
  if (n % 2 === 0) {
    await Bun.sleep(n % idleMs)
    socket.end()
  } else socket.terminate()
  await closed
}
