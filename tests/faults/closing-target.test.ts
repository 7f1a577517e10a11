import { expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { type Answering, type Arrived, keepingAnswer, startConnectionTarget } from '../support/connection-target.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** Calls of each method for each way: so many bursts of so many calls. */
const [bursts, callsPerBurst] = [10, 20]
const calls = bursts * callsPerBurst

const destroy = (socket: Socket) => void socket.destroy()
const reset = (socket: Socket) => void socket.resetAndDestroy()

/** An answer as the method has it: that to HEAD is without its body. */
const answerTo = ({ method }: Arrived, answer = keepingAnswer()) =>
  method === 'HEAD' ? answer.slice(0, answer.indexOf('\r\n\r\n') + 4) : answer

/** Offers to keep connections, and closes those that have been idle for this many ms. */
function whenIdle(ms: number, close = destroy): Answering {
  const timers = new WeakMap<Socket, Timer>()
  return (request, socket) => {
    clearTimeout(timers.get(socket))
    socket.write(answerTo(request))
    timers.set(
      socket,
      setTimeout(() => close(socket), ms),
    )
  }
}

/** Closes each connection after its n-th answer, said beforehand in that answer or not. */
const afterNth =
  (n: number, said: boolean): Answering =>
  (request, socket) => {
    if (request.nth < n) socket.write(answerTo(request))
    else {
      socket.write(answerTo(request, keepingAnswer('ok', said ? 'Connection: close\r\n' : '')))
      socket.destroySoon()
    }
  }

/** How a target closes its connections, and after how many ms without a request, if that is how. */
const ways: Record<string, readonly [Answering, number?]> = {
  'idle for 0.2 s': [whenIdle(200), 200],
  'idle for 0.5 s': [whenIdle(500), 500],
  'idle for 1 s': [whenIdle(1_000), 1_000],
  'idle for 2 s': [whenIdle(2_000), 2_000],
  'idle for 5 s': [whenIdle(5_000), 5_000],
  'idle for 0.2 s, with a reset': [whenIdle(200, reset), 200],
  'idle for 1 s, with a reset': [whenIdle(1_000, reset), 1_000],
  ...Object.fromEntries(
    [1, 2, 3, 10].flatMap((n) => [
      [`after answer ${n}`, [afterNth(n, false)]],
      [`after answer ${n}, with Connection: close`, [afterNth(n, true)]],
    ]),
  ),
  'a moment after the third answer, with a reset': [
    (request, socket) => {
      socket.write(answerTo(request))
      if (request.nth === 3) setTimeout(reset, 50, socket)
    },
  ],
  'HTTP/1.0': [
    (request, socket) => void socket.end(answerTo(request, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  ],
  'HTTP/1.0, without a length': [(request, socket) => void socket.end(answerTo(request, 'HTTP/1.0 200 OK\r\n\r\nok'))],
  'half, with the last byte': [(request, socket) => void socket.end(answerTo(request))],
  'after the headers of an answer without a body': [(_, socket) => void socket.end('HTTP/1.1 204 No Content\r\n\r\n')],
}

/** When the bursts are due, in ms from the first on: the pauses are shorter than, about, and longer than the idle time. */
function dueAfter(idleMs: number | undefined): number[] {
  const longest = 1_300
  const pauses =
    idleMs === undefined
      ? [5, 30, 60, 100, 200, 400, 800, 1_000, longest]
      : [0.5 * idleMs, idleMs - 20, idleMs - 8, idleMs - 4, idleMs - 2, idleMs, idleMs + 4, idleMs + 8, 1.5 * idleMs]
  let at = 0
  return [0, ...pauses.map((pause) => (at += Math.min(pause, longest)))]
}

test(`targets that close their connections in ${Object.keys(ways).length} ways: ${calls} calls of each method are ${calls} sends to each, and none fails`, async () => {
  const targets = await Promise.all(
    Object.entries(ways).map(async ([way, [answering, idleMs]]) => ({
      way,
      idleMs,
      ...(await startConnectionTarget(answering)),
    })),
  )
  try {
    await startReplica(scene.account)
    const first = Date.now() + 3_000
    for (const { url, idleMs } of targets)
      for (const [burst, after] of dueAfter(idleMs).entries())
        for (const method of methods) {
          const task = { service_id: scene.account.id, url: url(`/?${burst}`), method, payload: '{}' }
          await insertTasks(callsPerBurst, { ...task, scheduled_at: new Date(first + after).toISOString() })
        }
    const expected = targets.length * methods.length * calls
    const ended = async () => {
      const [row] = await sql<{ ended: number }[]>`
        select count(*)::integer as ended from execution where status in ('success', 'failed')`
      return row?.ended ?? 0
    }
    await eventually(async () => (await ended()) === expected, 'all have ended', 50_000)
    expect(await sql`select distinct error from execution where status <> 'success'`).toHaveLength(0)
    for (const target of targets) {
      const executions = await sql<{ id: string; method: string }[]>`
        select execution.id, task.method
        from execution
        join task using (service_id)
        where task.id = execution.task_id
          and task.url like ${`${target.url('/')}%`}`
      const arrived = target.requests.map(({ execution, method }) => `${execution} ${method}`)
      expect([target.way, arrived.sort()]).toEqual([
        target.way,
        executions.map(({ id, method }) => `${id} ${method}`).sort(),
      ])
      expect(arrived).toHaveLength(methods.length * calls)
    }
  } finally {
    for (const target of targets) target.stop()
  }
})
