import { expect, test } from 'bun:test'
import { divide } from '../../src/serve/pools.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { endLeases, holdOpen, killHard, useScene } from '../support/scene.ts'

const scene = useScene()

test('another session locks the tables of alerts: the call of a killed replica is made again all the same', async () => {
  scene.target.hold()
  const task = await scene.insertTask()
  const killed = await startReplica(scene.account)
  await eventually(() => scene.target.sent.length === 1, 'a call')
  await killHard(killed)
  const unlock = await holdOpen((other) => other`lock table alert, alert_group, notification in access exclusive mode`)
  await startReplica(scene.account)
  const waiting = () =>
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%duly:list_%'`
  // They hold all connections of upkeep, which the recovery of the call needs as well.
  const { upkeep } = divide({ databasePool: 8, schedulerEnabled: true })
  await eventually(async () => (await waiting()).length === upkeep, 'the statements about alerts wait')
  await endLeases()
  await eventually(() => scene.target.sent.length === 2, 'the call is made again', 10_000)
  expect(scene.target.sent.map(({ task }) => task)).toEqual([task.id, task.id])
  await unlock()
})
