import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { checkResult } from '../../../src/import/check-result.ts'
import { importCloudScheduler } from '../../../src/import/cloud/import-cloud-scheduler.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { taskFields } from '../../../src/import/tasks-file.ts'

const job = (over: object = {}, target: object = {}) => ({
  name: 'projects/shop/locations/europe-west1/jobs/Reindex',
  schedule: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  state: 'ENABLED',
  httpTarget: { uri: 'https://shop.example.com/x', ...target },
  ...over,
})
const read = (...jobs: object[]) => checkResult(importCloudScheduler(JSON.stringify(jobs, null, 2)))
const fieldsOf = (...jobs: object[]): unknown[] =>
  read(...jobs).jobs.flatMap(({ tasks }) => tasks.map((task) => ({ key: task.key, ...taskFields(task) })))

test('the method is POST, the deadline 180 s, and the body is base64', () => {
  const body = Buffer.from('{"a":1}').toString('base64')
  expect(fieldsOf(job({}, { body, headers: { 'X-A': 'b' } }))).toEqual([
    {
      key: 'reindex',
      url: 'https://shop.example.com/x',
      method: 'POST',
      header: { 'X-A': 'b', 'User-Agent': 'Google-Cloud-Scheduler', 'Content-Type': 'application/octet-stream' },
      payload: '{"a":1}',
      cron: '30 2 * * *',
      time_zone: 'Europe/Berlin',
      timeout_seconds: 180,
    },
  ])
})

test('repetitions, deadlines, intervals and paused jobs become fields', () => {
  const retryConfig = {
    retryCount: 3,
    maxRetryDuration: '0s',
    minBackoffDuration: '10s',
    maxBackoffDuration: '60s',
    maxDoublings: 2,
  }
  const [first, second, third] = fieldsOf(
    job({ retryConfig, attemptDeadline: '1800s', state: 'PAUSED' }, { httpMethod: 'GET' }),
    job({ schedule: 'every 5 minutes' }),
    job({ schedule: '2nd monday of month 09:00' }),
  )
  expect(first).toMatchObject({
    ...{ method: 'GET', timeout_seconds: 1800, retries: 3, status: 'paused' },
    retry: { min_backoff_seconds: 10, max_backoff_seconds: 60, max_doublings: 2 },
  })
  expect(second).toMatchObject({ key: 'europe-west1/reindex-2', frequency: 5, unit: 'minute' })
  expect(third).toMatchObject({ cron: '0 9 * * MON#2', time_zone: 'Europe/Berlin' })
})

test('YAML with several documents is read, with the line of each job', () => {
  const text = `---\n${stringify(job())}---\n${stringify(job({ name: 'a/b' }))}`
  expect(importCloudScheduler(text).jobs.map(({ source, line }) => [source, line])).toEqual([
    ['job Reindex', 2],
    ['job b', 9],
  ])
})

test.each<[string, object, object]>([
  ['a token of Google', {}, { oidcToken: { serviceAccountEmail: 'x' } }],
  ['a binary body', {}, { body: '//79' }],
  ['Pub/Sub', { httpTarget: undefined, pubsubTarget: {} }, {}],
  ['App Engine', { httpTarget: undefined, appEngineHttpTarget: {} }, {}],
  ['a schedule of App Engine with a span of hours', { schedule: 'every 5 minutes from 10:00 to 14:00' }, {}],
  ['both day fields, one in steps', { schedule: '0 3 */2 * 1' }, {}],
  ['both day fields in steps', { schedule: '0 3 */2 * */2' }, {}],
  ['a step after a value', { schedule: '5/15 * * * *' }, {}],
  ['a state that is not known', { state: 'UPDATE_FAILED' }, {}],
  ['a body that is no base64', {}, { body: '{"a":1}' }],
  ['a header that is no text', {}, { headers: { 'X-A': 1 } }],
  ['a body with GET', {}, { httpMethod: 'GET', body: 'YQ==' }],
  ['a document that is no job', { name: undefined, schedule: undefined, httpTarget: undefined }, {}],
  ['a zone that is none', { timeZone: 'Mars' }, {}],
])('%s needs a person', (_, over, target) => {
  expect(read({ ...job({}, target), ...over }).jobs.map(stateOf)).toEqual(['person'])
})

test('a file that is neither JSON nor YAML needs a person', () => {
  expect(importCloudScheduler('{a: [').jobs.map(stateOf)).toEqual(['person'])
  expect(importCloudScheduler('').jobs).toEqual([])
})

test('a number of repetitions beside a duration is a note, because Google repeats until both are over', () => {
  const result = read(job({ retryConfig: { retryCount: 3, maxRetryDuration: '30s', minBackoffDuration: '0.5s' } }))
  const [first] = result.jobs
  expect(first?.tasks[0]?.fields).toMatchObject({ retries: 3, retry: { min_backoff_seconds: 1 } })
  expect(first?.tasks[0]?.fields).not.toHaveProperty('retry.max_duration_seconds')
  expect(first?.notes.map(({ text }) => text).join()).toMatch(/30 s are over.*minBackoffDuration 0.5s is rounded/)
})

test('a method that is not named is POST, and one that Duly does not have needs a person', () => {
  expect(fieldsOf(job({}, { httpMethod: 'HTTP_METHOD_UNSPECIFIED' }))).toMatchObject([{ method: 'POST' }])
  expect(read(job({}, { httpMethod: 'TRACE' })).jobs.map((one) => stateOf(one))).toEqual(['person'])
})

test.each([{ attemptDeadline: '3m' }, { retryConfig: { retryCount: 'many' } }])('%j needs a person', (over) => {
  expect(read(job(over)).jobs[0]?.reasons).toHaveLength(1)
})

test('headers that Google replaces are left out, and its own are sent', () => {
  const headers = {
    'user-agent': 'me',
    Host: 'x',
    'X-CloudScheduler': 'false',
    __proto__x: '1',
    'content-type': 'text/plain',
  }
  expect(fieldsOf(job({}, { headers, body: 'YQ' }))).toMatchObject([
    { header: { __proto__x: '1', 'content-type': 'text/plain', 'User-Agent': 'Google-Cloud-Scheduler' }, payload: 'a' },
  ])
  expect(JSON.stringify(fieldsOf(job({}, { headers })))).not.toMatch(/"me"|Host|X-CloudScheduler/)
})

test('jobs of one name are told apart by their location, and the answer of the REST API is read', () => {
  const other = job({ name: 'projects/shop/locations/us-east1/jobs/Reindex' })
  expect(fieldsOf({ jobs: [job(), other] })).toMatchObject([
    { key: 'europe-west1/reindex' },
    { key: 'us-east1/reindex' },
  ])
  expect(read({ jobs: [job()], nextPageToken: 'x' }).jobs.map(stateOf)).toEqual(['noted', 'person'])
})

test('no input makes the importer fail', () => {
  const wrong = fc.oneof(fc.constantFrom(null, 7, 'x', [[]], { toString: 1, valueOf: 1 }, '\u0000'), fc.jsonValue())
  const fields = ['name', 'schedule', 'timeZone', 'state', 'attemptDeadline', 'retryConfig', 'httpTarget', 'jobs']
  const inner = ['uri', 'httpMethod', 'headers', 'body', 'retryCount', 'maxDoublings', 'minBackoffDuration']
  const objectOf = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), wrong)
  fc.assert(
    fc.property(objectOf(fields), objectOf(inner), objectOf(inner), (over, target, retryConfig) => {
      read(over)
      read({ ...job({ retryConfig, ...over }, target) })
      read(job({ retryConfig: { retryCount: 1, ...retryConfig } }, target))
    }),
    { numRuns: 50 },
  )
})
