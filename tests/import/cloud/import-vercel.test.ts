// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { checkResult } from '../../../src/import/check-result.ts'
import { importVercel } from '../../../src/import/cloud/import-vercel.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { taskFields } from '../../../src/import/tasks-file.ts'

const text = JSON.stringify(
  { crons: [{ path: '/api/cron?full=1', schedule: '0 5 * * *' }, { path: '/', schedule: '* * 31 2 *' }, 7] },
  null,
  2,
)

test('crons are GET requests in UTC with the bearer token of Vercel', () => {
  const [job] = importVercel(text, { baseUrl: 'https://shop.example.com/' }).jobs
  expect(job?.line).toBe(4)
  const tasks: unknown = job?.tasks.map((task) => ({ key: task.key, ...taskFields(task) }))
  expect(tasks).toEqual([
    {
      key: 'api/cron',
      url: 'https://shop.example.com/api/cron?full=1',
      method: 'GET',
      header: { Authorization: 'Bearer ${secret.CRON_SECRET}', 'User-Agent': 'vercel-cron/1.0' },
      cron: '0 5 * * *',
      time_zone: 'UTC',
      timeout_seconds: 300,
      expect: { status: ['2xx', '3xx'] },
    },
  ])
})

test('without an address it is a variable, and what is wrong needs a person', () => {
  const result = checkResult(importVercel(text))
  expect(result.jobs.map(stateOf)).toEqual(['noted', 'person', 'person'])
  expect(result.variables.map(({ name }) => name)).toEqual(['BASE_URL'])
  expect(importVercel('{').jobs.map(stateOf)).toEqual(['person'])
  expect(importVercel('{}').jobs).toEqual([])
})

test.each(['0 5 * * MON', '0 5 1 * 1', '5/15 * * * *', '0 5 * * 5-0', '0 5 * *', '@daily'])(
  'the schedule %s needs a person',
  (schedule) => {
    expect(importVercel(JSON.stringify({ crons: [{ path: '/x', schedule }] })).jobs.map(stateOf)).toEqual(['person'])
  },
)

test('no input makes the importer fail', () => {
  const cron = fc.oneof(
    fc.jsonValue(),
    fc.record({ path: fc.oneof(fc.string(), fc.constant('/x')), schedule: fc.string() }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.array(cron), cron), fc.string(), (crons, baseUrl) => {
      checkResult(importVercel(JSON.stringify({ crons }), { baseUrl }))
      checkResult(importVercel(JSON.stringify(crons)))
    }),
    { numRuns: 100 },
  )
})
