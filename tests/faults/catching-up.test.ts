import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, taskRow } from '../support/rows.ts'
import { endLeases, killHard, useScene } from '../support/scene.ts'
import type { Sent } from '../support/target.ts'

// Tasks that make up for each missed slot (missed: all), while replicas are lost.

const scene = useScene()

const hour = 3_600_000
const missed = 11
/** A task with eleven missed slots, the last of them half an hour ago. */
async function insertBehind() {
  const first = Date.now() - (missed - 0.5) * hour
  const task = await scene.insertTask({ unit: 'hour', missed: 'all', scheduled_at: new Date(first).toISOString() })
  return { task, slots: Array.from({ length: missed }, (_, index) => first + index * hour) }
}
const slotOf = (sent: Sent) => Date.parse(sent.scheduledFor)
const hasCaughtUp = async (task: Awaited<ReturnType<typeof insertBehind>>['task']) =>
  (await executionsOf(task)).filter(({ status }) => status === 'success').length === missed

test('replicas are killed while a task catches up: each missed slot succeeds once, in order, and none is lost', async () => {
  // The first request of every other slot is never answered.
  scene.target.answer = ({ key }) => {
    const slots = scene.target.bySlot()
    const isDoomed = slots.size % 2 === 0 && slots.get(key)?.length === 1
    return isDoomed ? new Promise(() => {}) : new Response('ok')
  }
  const { task, slots } = await insertBehind()
  for (const kills of [1, 2, 3, 4, 5]) {
    const doomed = await startReplica(scene.account)
    await eventually(
      () => scene.target.bySlot().size === 2 * kills,
      () => `kill ${kills}: ${scene.target.bySlot().size} slots were sent`,
    )
    await killHard(doomed)
    await endLeases()
  }
  await startReplica(scene.account)
  await eventually(
    () => hasCaughtUp(task),
    () => `all slots succeed: ${scene.target.sent.map((sent) => (slotOf(sent) - (slots[0] ?? 0)) / hour)}`,
  )
  const twice = (index: number) => index % 2 === 1
  const expected = slots.flatMap((slot, index) => (twice(index) ? [slot, slot] : [slot]))
  expect(scene.target.sent.map(slotOf)).toEqual(expected)
  const succeeded = (await executionsOf(task)).filter(({ status }) => status === 'success')
  expect(succeeded.map(({ scheduled_for }) => Date.parse(scheduled_for))).toEqual(slots)
  expect(Date.parse((await taskRow(task)).scheduled_at)).toBe((slots.at(-1) ?? 0) + hour)
  await expectInvariants(scene.target)
})

test('two replicas catch up together: each slot is sent once, none beside another', async () => {
  scene.target.answer = async () => {
    await Bun.sleep(20)
    return new Response('ok')
  }
  const behind = await Promise.all([insertBehind(), insertBehind(), insertBehind()])
  await Promise.all([startReplica(scene.account), startReplica(scene.account)])
  for (const { task, slots } of behind) {
    await eventually(
      () => hasCaughtUp(task),
      () => 'all slots succeed',
    )
    const sent = scene.target.sent.filter((one) => one.task === task.id)
    expect(sent.map(slotOf)).toEqual(slots)
    for (const [index, { at }] of sent.entries())
      expect(at).toBeGreaterThanOrEqual(sent[index - 1]?.endedAt ?? Number.NEGATIVE_INFINITY)
  }
  await expectInvariants(scene.target)
})

test('a task that is paused while it catches up sends nothing more, and goes on where it was', async () => {
  scene.target.hold()
  const { task, slots } = await insertBehind()
  await startReplica(scene.account)
  await scene.target.arrived(1)
  await sql`update task set status = 'paused' where id = ${task.id}`
  scene.target.release()
  await scene.laterTaskEnds()
  const sentTo = () => scene.target.sent.filter((sent) => sent.task === task.id).map(slotOf)
  expect(sentTo()).toEqual(slots.slice(0, 1))
  await sql`update task set status = 'active' where id = ${task.id}`
  await eventually(
    () => hasCaughtUp(task),
    () => 'all slots succeed',
  )
  expect(sentTo()).toEqual(slots)
})
