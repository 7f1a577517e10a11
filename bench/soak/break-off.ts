import { token } from '../seed.ts'
import type { Client } from './client.ts'
import type { Operation } from './requests.ts'

const idleMs = 200

/** The part of a request that is sent before the connection is closed. */
const beginnings: readonly ((client: Client, n: number) => string)[] = [
  () => '',
  () => 'GET /tasks HTT',
  (client, n) => `GET /overview HTTP/1.1\r\nHost: localhost\r\nservice_id: ${client.pick(n).service}\r\n`,
  (client, n) => `${head(client, n, 'POST /tasks')}Content-Length: 5000\r\n\r\n{"name": "the first`,
  (client, n) => `${head(client, n, 'POST /tasks')}Transfer-Encoding: chunked\r\n\r\n10\r\n{"name": "the fi\r\n`,
  // Complete requests whose answers are not read.
  (client, n) => `${head(client, n, 'GET /tasks')}\r\n`,
  (client, n) => `${head(client, n, 'GET /overview')}\r\n`,
  () => 'this is no HTTP\r\n\r\n',
]

const head = (client: Client, n: number, line: string) =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nservice_id: ${client.pick(n).service}\r\ntoken: ${token}\r\nContent-Type: application/json\r\n`

/** Opens a connection, sends the beginning of a request, and closes it: at once with a reset, or later in an orderly way. */
export const breakOff: Operation = async (client, n) => {
  const beginning = (beginnings[n % beginnings.length] as (typeof beginnings)[number])(client, n)
  const { hostname, port } = new URL(client.base)
  client.tally.requests++
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {}, close: () => resolve() } })
  socket.write(beginning)
  if (Math.floor(n / beginnings.length) % 2 === 0) {
    await Bun.sleep(n % idleMs)
    socket.end()
  } else socket.terminate()
  await closed
}
