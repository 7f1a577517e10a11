import { expect, test } from 'bun:test'
import { allIsTold, insertNotification, insertUrlChannel, openTestAlerts, passTime } from '../support/alerts.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { Target } from '../support/target.ts'

const scene = useScene()

const messages = (receiver: Target) => receiver.sent.map(({ body }) => JSON.parse(body))
const counts = ({ type, data }: { type: string; data: Record<string, { count: number; alerts: unknown[] }> }) => [
  type,
  ...['opened', 'closed', 'open'].map((name) => data[name]?.count),
]

test('five replicas tell of 500 tasks of one dead host once, naming 20 of them, and once that they are well', async () => {
  const receiver = new Target()
  await insertUrlChannel(scene.account.id, receiver.url())
  await insertTasks(500, { service_id: scene.account.id, url: scene.target.url('/500'), method: 'GET' })
  await Promise.all(Array.from({ length: 5 }, () => startReplica(scene.account)))
  const allAre = (state: 'open' | 'closed') =>
    eventually(
      async () => {
        const [row] = await sql<{ count: number }[]>`
          select count(*)::integer as count from alert where (closed_at is null) = ${state === 'open'}`
        return row?.count === 500
      },
      `500 alerts that are ${state}`,
      60_000,
    )
  await allAre('open')
  expect(receiver.sent).toHaveLength(0)
  await passTime(30)
  await receiver.arrived(1)
  scene.target.answer = () => new Response('')
  await sql`update task set scheduled_at = now()`
  await allAre('closed')
  await passTime(30)
  await receiver.arrived(2)
  await allIsTold(30_000)
  expect(messages(receiver).map(counts)).toEqual([
    ['alert.opened', 500, 0, 500],
    ['alert.closed', 0, 500, 0],
  ])
  expect(messages(receiver)[0].data.opened.alerts).toHaveLength(20)
})

test('from due to received takes less than 2 s, also beside channels that hang', async () => {
  const [receiver, hanging] = [new Target(), new Target()]
  hanging.hold()
  await insertUrlChannel(scene.account.id, receiver.url())
  for (let index = 0; index < 3; index++)
    await insertNotification(await insertUrlChannel(scene.account.id, hanging.url()))
  await startReplica(scene.account)
  await hanging.arrived(3)
  await openTestAlerts(scene.account.id, { kind: 'outage', target: '', is_event: true })
  await passTime(30)
  const due = performance.now()
  await receiver.arrived(1)
  expect(performance.now() - due).toBeLessThan(promised(2_000))
  expect(hanging.sent.length).toBeLessThanOrEqual(6)
})

test('a Slack channel that answers 429 is asked again after its Retry-After', async () => {
  const receiver = new Target()
  receiver.answer = () =>
    receiver.sent.length === 1 ? new Response('', { status: 429, headers: { 'retry-after': '3' } }) : new Response('ok')
  const channel = await insertUrlChannel(scene.account.id, receiver.url(), 'slack')
  const id = await insertNotification(channel)
  await startReplica(scene.account)
  await receiver.arrived(2)
  const [first, second] = receiver.sent
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_900)
  await eventually(async () => {
    const [row] = await sql`select attempt, sent_at from notification where id = ${id}`
    return row?.sent_at && row.attempt === 2
  }, 'a notification that was sent by its second attempt')
})

test('a channel that answers 404 is disabled, and the others are told of it', async () => {
  const [gone, receiver] = [new Target(), new Target()]
  gone.answer = () => new Response('no such hook', { status: 404 })
  const channel = await insertUrlChannel(scene.account.id, gone.url())
  await insertUrlChannel(scene.account.id, receiver.url())
  await insertNotification(channel)
  await startReplica(scene.account)
  await eventually(
    async () => (await sql`select from channel where disabled_at is not null`).length === 1,
    'a disabled channel',
  )
  await passTime(30)
  await receiver.arrived(1)
  expect(messages(receiver)[0]).toMatchObject({ type: 'alert.opened', data: { kind: 'channel', opened: { count: 1 } } })
  expect(gone.sent).toHaveLength(1)
  expect(await sql`select from notification where given_up_at is not null`).toHaveLength(1)
})

test('SIGTERM: a notification that is being sent is taken and recorded', async () => {
  const receiver = new Target()
  receiver.answer = async () => {
    await Bun.sleep(2_000)
    return new Response('ok')
  }
  const id = await insertNotification(await insertUrlChannel(scene.account.id, receiver.url()))
  const replica = await startReplica(scene.account)
  await receiver.arrived(1)
  replica.kill('SIGTERM')
  expect(await replica.exited).toBe(0)
  expect(await sql`select attempt from notification where id = ${id} and sent_at is not null`).toMatchObject([
    { attempt: 1 },
  ])
})
