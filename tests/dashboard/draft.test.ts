import { expect, test } from 'bun:test'
import type { Task } from '../../src/dashboard/client/api.ts'
import { checkDraft } from '../../src/dashboard/task-form/check-draft.ts'
import { copyOf, draftOf, newDraft } from '../../src/dashboard/task-form/draft.ts'
import { headerRow } from '../../src/dashboard/task-form/header-rows.ts'
import { labelRow } from '../../src/dashboard/task-form/label-rows.ts'
import { mergeDraft } from '../../src/dashboard/task-form/merge-draft.ts'
import { bodyOf, changeOf } from '../../src/dashboard/task-form/request-body.ts'

const task: Task = {
  id: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
  service_id: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e11',
  name: 'A task',
  url: 'https://example.com/',
  method: 'POST',
  header: { b: '1', a: '2' },
  payload: 'line\r\nline',
  status: 'active',
  scheduled_at: '2026-11-24T12:00:00.123456Z',
  frequency: 6,
  unit: 'hour',
  cron: null,
  time_zone: null,
  timeout_seconds: null,
  retries: 2,
  retry: null,
  late_limit_seconds: null,
  missed: 'one',
  phase: 'keep',
  spread_seconds: 0,
  calendar: null,
  calendar_rule: 'skip',
  ends_at: null,
  max_runs: null,
  paused_until: null,
  host: null,
  secret_url: false,
  tls_profile: null,
  flow: null,
  expect: null,
  key: null,
  labels: {},
  starts_at: '2026-11-24T12:00:00.123456Z',
  runs_left: null,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
}

test('a draft that was not touched changes nothing, whatever the form cannot show of it', () => {
  expect(changeOf(draftOf(task), draftOf(task))).toEqual({})
  const ends = { ...task, ends_at: '2099-01-01T00:00:00.123456Z', paused_until: '2098-01-01T00:00:00.5Z' }
  expect(changeOf(draftOf(ends), draftOf(ends))).toEqual({})
  const empty = { ...task, payload: '' }
  expect(changeOf(draftOf(empty), draftOf(empty))).toEqual({})
})

test('headers in another order are the same headers', () => {
  const before = draftOf(task)
  expect(changeOf(before, { ...before, header: [...before.header].reverse() })).toEqual({})
})

test('a header that is called like a part of every object is a header', () => {
  const { header } = bodyOf({ ...newDraft(), header: [headerRow('__proto__', 'x'), headerRow('', '')] })
  expect(JSON.stringify(header)).toBe('{"__proto__":"x"}')
})

test.each(['1.5', '-1', '1e3', 'six'])('%s is left to the API to refuse', (frequency) => {
  expect(bodyOf({ ...newDraft(), frequency }).frequency).toBe(frequency)
})

test('fields that were emptied go back to their defaults', () => {
  const before = draftOf({ ...task, timeout_seconds: 5 })
  expect(changeOf(before, { ...before, payload: '', timeout_seconds: ' ', retries: '', scheduled_at: '' })).toEqual({
    payload: null,
    timeout_seconds: null,
    retries: 0,
    scheduled_at: null,
  })
})

test('what is missing is named as the API names it', () => {
  const header = [headerRow('A/b', '1'), headerRow('a/B', '2'), headerRow('', '3')]
  const errors = checkDraft({ ...newDraft(), frequency: '', header })
  expect(errors.map((error) => error.path)).toEqual(['/name', '/url', '/frequency', '/header/a~1B', '/header'])
  expect(checkDraft({ ...draftOf(task), kind: 'cron', cron: ' ' }).map((error) => error.path)).toEqual(['/cron'])
  expect(checkDraft({ ...draftOf(task), kind: 'once', scheduled_at: '' }).map((error) => error.path)).toEqual([
    '/scheduled_at',
  ])
})

test('what somebody else saved comes in where nothing was typed, the schedule as a whole', () => {
  const before = draftOf(task)
  const mine = { ...before, name: 'Mine', frequency: '7' }
  const theirs = draftOf({ ...task, name: 'Theirs', retries: 9, unit: 'day', header: { c: '3' } })
  expect(mergeDraft(before, mine, theirs)).toMatchObject({ name: 'Mine', retries: '9', frequency: '7', unit: 'hour' })
  expect(mergeDraft(before, mine, theirs).header).toEqual(theirs.header)
})

test('a row without anything in it is no edit, which would take back what somebody else saved', () => {
  const before = draftOf(task)
  const mine = { ...before, header: [...before.header, headerRow()], labels: [labelRow()] }
  const theirs = draftOf({ ...task, header: { c: '3' }, labels: { team: 'billing' } })
  expect(mergeDraft(before, mine, theirs)).toEqual(theirs)
})

test('a copy has neither the key nor the secret address of the task', () => {
  const copy = copyOf({ ...task, key: 'reports/daily', secret_url: true, url: 'https://hooks.example.com/********' })
  expect(copy).toMatchObject({ key: '', url: '', secret_url: 'true' })
  expect(copyOf({ ...task, key: 'reports/daily' }).url).toBe(task.url)
})
