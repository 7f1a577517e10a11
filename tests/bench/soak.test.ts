import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Client } from '../../bench/soak/client.ts'
import { type Sample, slope, stretches } from '../../bench/soak/memory.ts'
import { taskAt } from '../../bench/soak/tasks.ts'
import { DatabaseClock } from '../../src/database/clock.ts'
import { OutboundPolicy } from '../../src/outbound/policy.ts'
import { TaskIds } from '../../src/tasks/ids.ts'
import { toNewTasks } from '../../src/tasks/input.ts'
import { secrets } from '../support/secrets.ts'

const sample = (at: number, resident: number): Sample => ({ at, resident, anonymous: resident })

describe('the line through the memory of a soak', () => {
  test('rises as the samples do', () => {
    expect(slope([sample(0, 100), sample(1, 102), sample(2, 104)])).toBeCloseTo(2)
    expect(slope([sample(5, 100), sample(7, 90)])).toBeCloseTo(-5)
  })

  test('passes between samples that go up and down', () => {
    expect(slope([0, 1, 2, 3].map((at) => sample(at, 100 + (at % 2) * 20)))).toBeCloseTo(4)
    expect(slope([0, 1, 2, 3, 4].map((at) => sample(at, 100 + (at % 2) * 20)))).toBeCloseTo(0)
  })

  test('needs two samples', () => {
    expect(() => slope([sample(0, 100)])).toThrow('two samples')
  })

  test('is drawn through each stretch of time alone, and a sample belongs to one of them', () => {
    const all = [0, 1, 2, 3, 4, 5].map((at) => sample(at, at))
    expect(stretches(all, 6, 3).map((part) => part.map(({ at }) => at))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
  })
})

test('the tasks of a soak are creates that the API takes, each kind as often in every thousand', () => {
  const addresses = {
    good: 'http://127.0.0.1:1',
    slow: 'http://127.0.0.1:2',
    hung: 'http://127.0.0.1:3',
    broken: 'http://127.0.0.1:4',
  }
  const tasks = Array.from({ length: 2_000 }, (_, n) => taskAt(n, 2_000, addresses, Date.now()))
  const policy = new OutboundPolicy({ policy: 'internal', allow: [], deny: [], keepAlive: true })
  expect(toNewTasks({ policy, secrets, ids: new TaskIds(new DatabaseClock()) }, tasks as never)).toHaveLength(2_000)
  const kinds = (from: number) =>
    Map.groupBy(tasks.slice(from, from + 1_000), ({ name }) => String(name).replace(/ \d+$/, ''))
  const first = kinds(0)
  expect(first.size).toBeGreaterThan(20)
  for (const [name, own] of kinds(1_000)) expect(first.get(name)).toHaveLength(own.length)
})

describe('a client of a soak', () => {
  let server: Bun.Server<undefined>
  beforeEach(() => {
    server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('no', { status: 500 }) })
  })
  afterEach(() => server.stop(true))

  test('notes an answer that should not be, and none that should', async () => {
    const client = new Client(`http://127.0.0.1:${server.port}`, [])
    await client.ask('/overview', undefined, { status: [500] })
    expect(client.tally).toMatchObject({ requests: 1, wrong: {} })
    for (const id of ['0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10', '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e11'])
      await client.ask(`/tasks/${id}`, 'service', { method: 'DELETE', status: [204] })
    expect(client.tally).toMatchObject({ requests: 3, wrong: { 'DELETE /tasks/{id} answered 500: no': 2 } })
  })

  test('notes an answer that does not come', async () => {
    await server.stop(true)
    const client = new Client(`http://127.0.0.1:${server.port}`, [])
    await client.ask('/overview', undefined)
    expect(Object.keys(client.tally.wrong)).toHaveLength(1)
  })
})
