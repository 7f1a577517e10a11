import { expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startRawTarget } from '../support/raw-target.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

const calls = 200

/** Idle connections are closed after this, in ms. */
const idleMs = 20

/**
 * Offers to keep connections alive and closes idle ones, as many targets do: one that gets a second request is closed
 * just then, with the request read and no answer given. Counts requests by their Duly-Execution-Id.
 */
function closeWhenIdle(requests: Map<string, number>) {
  return (socket: Socket, first: Buffer) => {
    let read = ''
    let answered = false
    let closing: Timer | undefined
    const take = (chunk: Buffer) => {
      clearTimeout(closing)
      read += chunk.toString('latin1')
      for (let end = requestEnd(read); end !== undefined; end = requestEnd(read)) {
        const execution = /^duly-execution-id: *(\S+)/im.exec(read.slice(0, end))?.[1] ?? ''
        requests.set(execution, (requests.get(execution) ?? 0) + 1)
        read = read.slice(end)
        if (answered) socket.destroy()
        answered = true
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok')
        closing = setTimeout(() => socket.destroy(), idleMs)
      }
    }
    socket.on('data', take)
    take(first)
  }
}

/** Where the first whole request in this text ends, or undefined. */
function requestEnd(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0)
  const end = head + 4 + length
  return text.length >= end ? end : undefined
}

for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
  test(`a target that closes its idle connections: ${calls} calls with ${method} are ${calls} sends, and none fails`, async () => {
    const requests = new Map<string, number>()
    const target = await startRawTarget({ '/': closeWhenIdle(requests) })
    try {
      await startReplica(scene.account, { env: { SCHEDULER_CONCURRENCY: '8' } })
      await insertTasks(calls, { service_id: scene.account.id, url: `${target.url}/`, method, payload: '{}' })
      await eventually(async () => {
        const [row] = await sql<{ ended: number }[]>`
            select count(*)::integer as ended from execution where status in ('success', 'failed')`
        return row?.ended === calls
      }, 'all have ended')
      expect(await sql`select error from execution where status <> 'success'`).toHaveLength(0)
      const rows = await sql<{ id: string }[]>`select id from execution`
      expect([...requests.keys()].sort()).toEqual(rows.map((row) => row.id).sort())
      expect([...requests.values()].every((count) => count === 1)).toBe(true)
    } finally {
      target.stop()
    }
  })
