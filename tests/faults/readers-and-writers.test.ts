import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { startReplica } from '../support/replica.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()

/** Sends requests one after another. @returns the statuses of the answers */
async function repeat(times: number, ask: (number: number) => Promise<Response>): Promise<number[]> {
  const statuses: number[] = []
  for (let number = 0; number < times; number++) {
    const response = await ask(number)
    await response.arrayBuffer()
    statuses.push(response.status)
  }
  return statuses
}

test('readers that search, sets of calendars and flows, and writers at once: each gets its answer, and what was confirmed stands', async () => {
  const { account } = scene
  const replica = await startReplica(account, { env: { SCHEDULER_ENABLED: 'false', DATABASE_POOL: '7' } })
  const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
  const ask = (method: string, path: string, body?: object) =>
    fetch(replica.base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const times = 60
  const searches = [
    '/executions?status=failed&from=2026-01-01T00:00:00Z&limit=100',
    '/failures?from=2026-01-01T00:00:00Z',
    '/tasks?limit=5',
  ]
  const [made, ...others] = await Promise.all([
    repeat(times, (number) =>
      ask('POST', '/tasks', {
        name: `Task ${number}`,
        url: 'http://127.0.0.1:9/',
        method: 'GET',
        scheduled_at: '2999-01-01T00:00:00Z',
      }),
    ),
    repeat(times, (number) => ask('PUT', `/flows/flow-${number % 5}`, { concurrency: 1 + (number % 7) })),
    repeat(times, (number) =>
      ask('PUT', `/calendars/calendar-${number % 5}`, { days: [{ day: `2030-01-${10 + (number % 20)}` }] }),
    ),
    ...searches.map((path) => repeat(times, () => ask('GET', path))),
    ...searches.map((path) => repeat(times, () => ask('GET', path))),
  ])
  expect(new Set(made)).toEqual(new Set([201]))
  expect([...new Set(others.flat())].sort()).toEqual([200, 201])
  // Read over a connection of its own: what stands in a transaction that nobody has ended is not there.
  const [kept] = await sql`select count(*)::integer as tasks from task where service_id = ${account.id}`
  expect(kept?.tasks).toBe(times)
  expect(replica.out + replica.err).not.toContain('were replaced')
})
