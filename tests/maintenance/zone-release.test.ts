import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createLog } from '../../src/log/log.ts'
import { applyZoneRelease } from '../../src/maintenance/zone-release.ts'
import { zoneRelease } from '../../src/schedule/zone-source.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTask, type TestTask, taskRow } from '../support/rows.ts'

const hourMs = 3_600_000
const log = createLog('silent')

beforeEach(async () => {
  await emptyDatabase()
  await sql`truncate time_zone_release`
})
afterEach(async () => {
  await sql`truncate time_zone_release`
})

/** As an older start has left it: Vancouver's clocks go back to -8 on 1 November of 2026, and to and fro in 2099. */
const storeFormer = (version = '2025b') => sql`
  insert into time_zone_release (version, rules)
  values (${version}, ${sql.json({
    'America/Vancouver': {
      changes: [Date.parse('2026-11-01T09:00:00Z'), Date.parse('2098-03-09T10:00:00Z')],
      offsets: [-7 * hourMs, -8 * hourMs, -7 * hourMs],
    },
    'Europe/Berlin': { changes: [Date.parse('2098-10-26T01:00:00Z')], offsets: [2 * hourMs, hourMs] },
  } as never)})`

const cronTask = (cron: string, scheduled_at: string, time_zone = 'America/Vancouver', fields: object = {}) =>
  insertTask({ cron, time_zone, frequency: null, unit: null, scheduled_at, ...fields })

const next = async (task: TestTask) => (await taskRow(task)).scheduled_at

test('next times by former rules go to the same time of day by the new ones, once', async () => {
  await storeFormer()
  const nine = await cronTask('0 9 * * *', '2098-01-10T17:00:00Z')
  const several = await cronTask('0 7,8,9 * * *', '2098-01-10T16:00:00Z')
  const paused = await cronTask('0 9 * * *', '2098-01-10T17:00:00Z', 'America/Vancouver', { status: 'paused' })
  await applyZoneRelease(sql, log)
  expect(await Promise.all([nine, several, paused].map(next))).toEqual([
    '2098-01-10T16:00:00Z',
    '2098-01-10T15:00:00Z',
    '2098-01-10T16:00:00Z',
  ])
  await applyZoneRelease(sql, log)
  expect(await next(several)).toBe('2098-01-10T15:00:00Z')
  expect((await sql`select version from time_zone_release`)[0]?.version).toBe(zoneRelease().version)
})

test('what did not follow from the former rules stays: a first run set by hand, another zone, an interval', async () => {
  await storeFormer()
  const byHand = await cronTask('0 9 * * *', '2098-01-10T18:30:00Z')
  const winter = await cronTask('0 9 * * *', '2098-12-10T08:00:00Z', 'Europe/Berlin')
  const summer = await cronTask('0 9 * * *', '2098-07-10T16:00:00Z')
  const interval = await insertTask({ scheduled_at: '2098-01-10T17:00:00Z' })
  await applyZoneRelease(sql, log)
  expect(await Promise.all([byHand, winter, summer, interval].map(next))).toEqual([
    '2098-01-10T18:30:00Z',
    '2098-12-10T08:00:00Z',
    '2098-07-10T16:00:00Z',
    '2098-01-10T17:00:00Z',
  ])
})

test('a time in a gap that is no longer there goes to its own time of day', async () => {
  await storeFormer()
  const inGap = await cronTask('30 2 * * *', '2098-03-09T10:00:00Z')
  await applyZoneRelease(sql, log)
  expect(await next(inGap)).toBe('2098-03-09T09:30:00Z')
})

test('without a stored release the former rules are those that are built into Bun', async () => {
  const task = await cronTask('0 9 * * *', '2036-01-10T17:00:00Z')
  await applyZoneRelease(sql, log)
  expect(await next(task)).toBe('2036-01-10T16:00:00Z')
})

test('of two replicas at once one moves the tasks', async () => {
  await storeFormer()
  const several = await cronTask('0 7,8,9 * * *', '2098-01-10T16:00:00Z')
  await Promise.all([applyZoneRelease(sql, log), applyZoneRelease(sql, log), applyZoneRelease(sql, log)])
  expect(await next(several)).toBe('2098-01-10T15:00:00Z')
})

test('a replica with an older release than the stored one changes nothing', async () => {
  await storeFormer('2099a')
  const task = await cronTask('0 9 * * *', '2098-01-10T17:00:00Z')
  await applyZoneRelease(sql, log)
  expect(await next(task)).toBe('2098-01-10T17:00:00Z')
  expect((await sql`select version from time_zone_release`)[0]?.version).toBe('2099a')
})
