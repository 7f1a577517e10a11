import { expect, test } from 'bun:test'
import { insertNotification, insertUrlChannel } from '../support/alerts.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { promised } from '../support/promised.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, insertTask, taskRow } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'
import { Target } from '../support/target.ts'

const scene = useScene()

const hour = 3_600_000
const at = (ms: number) => new Date(Date.now() + ms).toISOString()

test.each([
  ['fast', hour],
  ['slow', -hour],
])("a replica's clock is an hour %s: the database's decides what is due, and what is next", async (_, off) => {
  const insert = (scheduled_at: string) =>
    insertTask({ service_id: scene.account.id, url: scene.target.url(), scheduled_at })
  const soon = at(hour / 2)
  const [due, later] = [await insert(at(-10_000)), await insert(soon)]
  const replica = await startReplica(scene.account, {
    preload: './tests/support/shifted-clock.ts',
    env: { CLOCK_OFF_MS: String(off) },
  })
  await awaitStatus(due, 'success', 3_000)
  // It keeps its phase, as it is not late by more than a pass.
  expect(Date.parse((await taskRow(due)).scheduled_at) - Date.now()).toBeWithin(hour - 60_000, hour)
  const { body } = await ask(replica, 'POST', '/tasks', {
    name: 'From now on',
    url: scene.target.url(),
    method: 'GET',
    frequency: 1,
    unit: 'hour',
  })
  expect(Date.parse(body.scheduled_at) - Date.now()).toBeWithin(hour - 60_000, hour + 1_000)
  const soonest = await insert(at(1_500))
  await awaitStatus(soonest, 'success', 3_000)
  const [row] = await executionsOf(soonest)
  expect(Date.parse(row.started_at) - Date.parse(row.scheduled_for)).toBeWithin(0, promised(1_000))
  expect(await executionsOf(later)).toEqual([])
  expect((await taskRow(later)).scheduled_at.slice(0, 19)).toBe(soon.slice(0, 19))
  await expectInvariants(scene.target)
})

test('a webhook is signed with the time of the database by a replica whose clock is an hour fast', async () => {
  const receiver = new Target()
  await insertNotification(await insertUrlChannel(scene.account.id, receiver.url()))
  await startReplica(scene.account, {
    preload: './tests/support/shifted-clock.ts',
    env: { CLOCK_OFF_MS: String(hour) },
  })
  await eventually(() => receiver.sent.length === 1, 'the message')
  const sentAt = Number(receiver.sent[0]?.headers.get('webhook-timestamp')) * 1_000
  expect(sentAt - Date.now()).toBeWithin(-30_000, 30_000)
  receiver.stop()
})
