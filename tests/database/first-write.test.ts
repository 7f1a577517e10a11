import { expect, test } from 'bun:test'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect } from '../../src/database/connect.ts'
import { closeAfterFirstWrite } from '../../src/database/first-write.ts'
import { testDatabaseUrl } from '../support/database.ts'

test('a pool recovers from a starting server that closes each new connection at once', async () => {
  const [url, behind] = [new URL(testDatabaseUrl), new URL(testDatabaseUrl)]
  const open = new Set<Socket>()
  let isUp = false
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    if (!isUp) return socket.end()
    const database = connectTo(Number(behind.port), behind.hostname)
    open.add(database)
    database.on('error', () => socket.destroy())
    return socket.pipe(database).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as { port: number }).port)
  const sql = connect(url.href, { max: 4, statementTimeoutSeconds: 10, name: 'duly test first write' })
  try {
    const ask = () =>
      sql`select 1`.then(
        () => 'answered',
        () => 'refused',
      )
    // A statement waits while its connection is closed without a word.
    const waiting = Array.from({ length: 8 }, ask)
    await Bun.sleep(1_500)
    isUp = true
    await Promise.all(waiting)
    expect(await Promise.all(Array.from({ length: 8 }, ask))).toEqual(Array.from({ length: 8 }, () => 'answered'))
  } finally {
    await sql.end({ timeout: 0 })
    server.close()
    for (const socket of open) socket.destroy()
  }
})

test('a socket that closes before the driver has written emits close right after the first write', async () => {
  const events: string[] = []
  const socket = closeAfterFirstWrite(new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() }))
  socket.on('error', ({ message }) => events.push(message)).on('close', () => events.push('close'))
  socket.destroy(new Error('refused'))
  await Bun.sleep(5)
  expect(events).toEqual([])
  socket.write('first')
  expect(events).toEqual([])
  await Bun.sleep(5)
  expect(events).toEqual(['refused', 'close'])
  expect([Object.hasOwn(socket, 'emit'), Object.hasOwn(socket, 'write')]).toEqual([false, false])
})

test('a replaced emit of a socket stays in use after the first write', async () => {
  const seen: string[] = []
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  const { emit } = socket
  socket.emit = ((name: string, ...args: unknown[]) => {
    seen.push(name)
    return Reflect.apply(emit, socket, [name, ...args])
  }) as Duplex['emit']
  closeAfterFirstWrite(socket).write('first')
  socket.emit('data', 'an answer')
  expect(seen).toContain('data')
})
