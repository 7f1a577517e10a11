import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { findBestConcurrency } from '../../bench/concurrency.ts'
import { countConnections } from '../../bench/connections.ts'
import { outcomesOf } from '../../bench/executions.ts'
import { seedDue } from '../../bench/seed.ts'
import { emptyDatabase, sql } from '../support/database.ts'

test('the best concurrency is that with the most calls a second, neither the least nor the most in flight', async () => {
  const rates: Record<number, number> = { 4: 9_000, 8: 10_000, 16: 30_000, 32: 50_000, 64: 40_000, 128: 20_000 }
  const tried: number[] = []
  const best = await findBestConcurrency({ say() {} }, 'loop', async (concurrency) => {
    tried.push(concurrency)
    return { perSecond: rates[concurrency] ?? 0 }
  })
  expect(best).toBe(32)
  expect(tried).toEqual(Object.keys(rates).map(Number))
})

describe('the outcomes of a drain', () => {
  beforeEach(async () => {
    await emptyDatabase()
    await seedDue(sql, 3, 'http://127.0.0.1:9/')
  })

  const record = (status: 'success' | 'failed', error: string | null, count: number) => sql`
    insert into execution (
      service_id, task_id, id, slot_id, scheduled_for, started_at, status, error, duration_ms, replica_id
    )
    select
      service_id, id, gen_random_uuid(), gen_random_uuid(), now(), now(), ${status}, ${error}, 1, gen_random_uuid()
    from task
    limit ${count}`

  test('what is not recorded as a success remains', async () => {
    await record('success', null, 2)
    const { remaining, failure } = outcomesOf({ sql }, 3)
    expect(await remaining()).toBe(1)
    expect(await failure()).toBeUndefined()
  })

  test('a failed execution makes the measurement fail, with its error', async () => {
    await record('success', null, 2)
    await record('failed', 'the target closed the connection without an answer', 1)
    const { remaining, failure } = outcomesOf({ sql }, 3)
    await expect(remaining()).rejects.toThrow('1 of 3 executions failed, one with "the target closed the connection')
    await sql`
      insert into failing_task (service_id, task_id)
      select service_id, id
      from task
      limit 1`
    expect(await failure()).toBe('the target closed the connection without an answer')
  })
})

describe('open connections of a process', () => {
  let server: Bun.TCPSocketListener
  beforeEach(() => {
    server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  })
  afterEach(() => server.stop(true))

  test('are those to the ports named, until they are closed', async () => {
    const count = (port: number) => countConnections(process.pid, new Set([port]))
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: server.port,
      socket: { data() {}, close: () => resolve() },
    })
    expect(count(server.port)).toBe(1)
    expect(count(socket.localPort)).toBe(1)
    expect(count(1)).toBe(0)
    socket.terminate()
    await closed
    expect(count(server.port)).toBe(0)
  })
})
