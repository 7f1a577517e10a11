/** Prints times of many schedules as JSON, for a test that runs it where the server's own zone is another. */

import { cronProblem } from '../../src/schedule/check-cron.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { upcoming } from '../../src/schedule/upcoming.ts'
import { warnings } from '../../src/schedule/warnings.ts'

const from = Date.parse('2026-10-24T22:10:11.012Z')
const patterns = [
  '30 2 * * *',
  '*/20 1-3 * * *',
  '15,45 0,1,2,3,23 * * SUN',
  '0 0 1 * *',
  '30 2 29 2 *',
  '0 0 13 * FRI',
]
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Cairo']
const times = zones.flatMap((zone) =>
  patterns.map((pattern) => {
    const found: number[] = []
    for (let time = cronNext(pattern, zone, from); time && found.length < 200; time = cronNext(pattern, zone, time))
      found.push(time)
    return [cronProblem(pattern, from), ...found]
  }),
)
const schedules = [
  ...zones.map((time_zone) => ({ cron: '30 2 * * *', time_zone })),
  { frequency: 1, unit: 'month' as const, scheduled_at: '2026-10-31T23:30:00Z', anchor_day: 31 },
  { frequency: 1, unit: 'day' as const, scheduled_at: '2026-10-24T00:30:00.123456Z' },
  { frequency: 3, unit: 'month' as const },
]
const lists = schedules.map((schedule) => {
  const listed = upcoming(schedule, from, 200, 86_400_000)
  return [listed, warnings(schedule, from, listed)]
})
console.log(JSON.stringify({ ownNoon: new Date(2026, 9, 25, 12).toISOString(), times, lists }))
