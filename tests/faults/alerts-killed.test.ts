import { expect, test } from 'bun:test'
import { allIsTold, insertUrlChannel } from '../support/alerts.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { endLeases, killHard, useScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'

const scene = useScene()

interface Told {
  readonly id: string
  readonly group: string
  readonly opened: string[]
  readonly closed: string[]
  readonly open: string[]
}

/** How often alerts have opened and closed. */
async function changes(): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select (count(*) + count(closed_at))::integer as count from alert`
  return row?.count ?? 0
}

const idsOf = ({ alerts }: { alerts: { id: string }[] }) => alerts.map(({ id }) => id)

/** What a receiver was told, by the body of each request. */
const toldTo = (receiver: Target): Told[] =>
  receiver.sent.map(({ headers, body }) => {
    const { kind, target, opened, closed, open } = JSON.parse(body).data
    return {
      id: headers.get('webhook-id') ?? '',
      group: `${kind} ${target}`,
      opened: idsOf(opened),
      closed: idsOf(closed),
      open: idsOf(open),
    }
  })

test('replicas are killed in a loop while 1,000 tasks change state: each notification arrives once or twice, and nothing is lost', async () => {
  const receiver = new Target()
  // Groups of 10 tasks, so that each alert is named.
  const hosts = Array.from({ length: 100 }, (_, index) => `host-${index}.localhost`)
  for (const host of hosts)
    await insertTasks(10, {
      service_id: scene.account.id,
      url: scene.target.url('/x', host),
      scheduled_at: '2099-01-01',
    })
  await insertUrlChannel(scene.account.id, receiver.url())
  const kills = 10
  let replica = await startReplica(scene.account)
  for (let round = 0; round < kills; round++) {
    const fails = round % 2 === 0
    // Two thirds of the tasks change state in each round, and some of them back before that is told.
    scene.target.answer = () => new Response('', { status: fails ? 500 : 200 })
    const before = await changes()
    await sql`update task set scheduled_at = now() where get_byte(uuid_send(id), 15) % 3 <> ${round % 3}`
    const until = performance.now() + Math.random() * 1_500
    await eventually(
      async () => {
        await sql`update alert_group set due_at = now(), told_at = told_at - interval '10 minutes' where due_at > now()`
        // A round in which the tasks change back what is not noticed yet has fewer changes.
        return performance.now() > until && ((await changes()) > before + 100 || performance.now() > until + 5_000)
      },
      'changes of alerts',
      30_000,
    )
    await killHard(replica)
    await endLeases()
    await sql`update notification set lease_until = now() where lease_until is not null`
    await sql`update notification set due_at = now() where due_at is not null`
    replica = await startReplica(scene.account)
  }
  await allIsTold(60_000)
  const told = toldTo(receiver)
  const arrivals = Map.groupBy(told, ({ id }) => id)
  const made = await sql<{ id: string; sent: boolean }[]>`select id, sent_at is not null as sent from notification`
  expect(made.length).toBeGreaterThan(100)
  expect(made.every(({ sent }) => sent)).toBe(true)
  expect([...arrivals.keys()].sort()).toEqual(made.map(({ id }) => id).sort())
  // One is sent at a time, so that a kill can repeat one.
  expect(told.length - arrivals.size).toBeLessThanOrEqual(kills)
  expect(Math.max(...[...arrivals.values()].map((sent) => sent.length))).toBeLessThanOrEqual(3)
  // What the receiver believes at the end is what the table says.
  const open = new Set<string>()
  const opened = new Set<string>()
  for (const [{ opened: ids, closed }] of arrivals.values() as Iterable<[Told]>) {
    for (const id of ids) opened.add(id)
    for (const id of ids) open.add(id)
    for (const id of closed) {
      expect(opened.has(id)).toBe(true)
      open.delete(id)
    }
  }
  const inTable = await sql<{ id: string }[]>`select id from alert where closed_at is null order by id`
  expect([...open].sort()).toEqual(inTable.map(({ id }) => id))
  const last = new Map(told.map((one) => [one.group, one.open]))
  expect([...last.values()].flat().sort()).toEqual(inTable.map(({ id }) => id))
  expect(opened.size).toBeGreaterThan(1_000)
})
