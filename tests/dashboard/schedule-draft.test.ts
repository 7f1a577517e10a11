import { expect, test } from 'bun:test'
import { rawCron, scheduleLabel } from '../../src/dashboard/format/labels.ts'
import { newDraft } from '../../src/dashboard/task-form/draft.ts'
import type { Draft } from '../../src/dashboard/task-form/form-field.ts'
import { mergeDraft } from '../../src/dashboard/task-form/merge-draft.ts'
import { bodyOf, changeOf } from '../../src/dashboard/task-form/request-body.ts'
import { draftLabel, nextRunOf, previewOf } from '../../src/dashboard/task-form/schedule-draft.ts'

const at = '2099-01-01T02:30:00'
const time = new Date(at).toISOString().replace('.000', '')
const every: Draft = { ...newDraft(), kind: 'every', frequency: '6', unit: 'hour', scheduled_at: at }
const cron: Draft = { ...newDraft(), kind: 'cron', cron: '30 2 * * *', time_zone: 'Europe/Berlin', scheduled_at: at }
const once: Draft = { ...newDraft(), kind: 'once', scheduled_at: at }

test('a body has the fields of its kind, whatever was typed for another', () => {
  const typed = { ...every, cron: '0 0 * * *', time_zone: 'Asia/Tokyo' }
  expect(bodyOf(typed)).toMatchObject({ frequency: 6, unit: 'hour', cron: null, time_zone: null, scheduled_at: time })
  expect(bodyOf({ ...typed, kind: 'cron' })).toMatchObject({
    frequency: null,
    unit: null,
    cron: '0 0 * * *',
    time_zone: 'Asia/Tokyo',
  })
  expect(bodyOf({ ...typed, kind: 'once' })).toMatchObject({
    frequency: null,
    unit: null,
    cron: null,
    time_zone: null,
    scheduled_at: time,
  })
})

const kinds: [what: string, before: Draft, now: Partial<Draft>, change: object][] = [
  [
    'cron drops the old next run',
    every,
    { ...cron, scheduled_at: at },
    { cron: '30 2 * * *', time_zone: 'Europe/Berlin' },
  ],
  [
    'cron takes a first run that was typed',
    every,
    { ...cron, scheduled_at: '2099-05-05T00:00:00' },
    {
      cron: '30 2 * * *',
      time_zone: 'Europe/Berlin',
      scheduled_at: new Date('2099-05-05T00:00:00').toISOString().replace('.000', ''),
    },
  ],
  ['cron without a zone', once, { kind: 'cron', cron: '0 0 * * *' }, { cron: '0 0 * * *', time_zone: null }],
  ['every drops the next run of a pattern', cron, { kind: 'every' }, { frequency: 1, unit: 'hour' }],
  [
    'every keeps the time of one that runs once',
    once,
    { kind: 'every' },
    { frequency: 1, unit: 'hour', scheduled_at: time },
  ],
  ['every with no next run', once, { kind: 'every', scheduled_at: '' }, { frequency: 1, unit: 'hour' }],
  ['once from cron', cron, { kind: 'once' }, { cron: null, scheduled_at: time }],
  ['once from every', every, { kind: 'once' }, { frequency: null, unit: null, scheduled_at: time }],
]
test.each(kinds)('another kind sends all of its own fields: %s', (_, before, now, change) => {
  expect(changeOf(before, { ...before, ...now })).toEqual(change)
})

test('another pattern or zone is sent alone, and the next run that was its own is not shown for it', () => {
  const other = { ...cron, cron: '0 4 * * *' }
  expect(changeOf(cron, other)).toEqual({ cron: '0 4 * * *' })
  expect(changeOf(cron, { ...cron, time_zone: '' })).toEqual({ time_zone: null })
  expect([nextRunOf(cron, cron), nextRunOf(cron, other), nextRunOf(cron, { ...other, scheduled_at: 'typed' })]).toEqual(
    [at, '', 'typed'],
  )
  expect(previewOf(cron, other)).toMatchObject({ cron: '0 4 * * *', scheduled_at: null })
  expect(previewOf(cron, cron)).toMatchObject({ scheduled_at: time })
})

test('another interval is counted anew, unless a time is typed for it', () => {
  const other = { ...every, frequency: '7' }
  expect(changeOf(every, other)).toEqual({ frequency: 7 })
  expect(previewOf(every, other)).toMatchObject({ frequency: 7, scheduled_at: null })
  expect([nextRunOf(every, every), nextRunOf(every, other)]).toEqual([at, ''])
  const typed = { ...other, scheduled_at: '2099-05-05T00:00:00' }
  expect([nextRunOf(every, typed), 'scheduled_at' in changeOf(every, typed)]).toEqual([typed.scheduled_at, true])
  expect(changeOf(every, { ...every, name: 'Other' })).toEqual({ name: 'Other' })
})

test('nothing is asked about a schedule that is not complete', () => {
  expect(previewOf(undefined, { ...every, frequency: ' ' })).toBeUndefined()
  expect(previewOf(undefined, { ...cron, cron: '' })).toBeUndefined()
  expect(previewOf(undefined, { ...once, scheduled_at: '' })).toBeUndefined()
})

test('a draft has words when it is a schedule', () => {
  expect([every, cron, once].map(draftLabel)).toEqual(['every 6 hours', 'at 02:30 every day, Europe/Berlin', 'once'])
  expect(draftLabel({ ...cron, time_zone: '' })).toBe('at 02:30 every day, UTC')
  for (const nothing of [
    { ...every, frequency: '0' },
    { ...every, frequency: 'six' },
    { ...cron, cron: '30 2 *' },
  ])
    expect(draftLabel(nothing)).toBeUndefined()
})

test('a stored schedule has words, and a pattern that this page cannot read stands there as it is', () => {
  const none = { frequency: null, unit: null, cron: null, time_zone: null }
  expect(scheduleLabel(none)).toBe('once')
  expect(rawCron(none)).toBeUndefined()
  const last = { ...none, cron: '0 0 L * *; every 2 weeks from 2026-11-30', time_zone: 'UTC' }
  expect(scheduleLabel(last)).toBe(
    'at 00:00 on the last day of the month; and every 2 weeks on Monday at 00:00 from 2026-11-30, UTC',
  )
  const newer = { ...none, cron: '0 0 L-3W * *', time_zone: 'UTC' }
  expect([scheduleLabel(newer), rawCron(newer)]).toEqual(['cron 0 0 L-3W * *, UTC', '0 0 L-3W * * · UTC'])
})

test('a pattern that somebody else saved comes in as a whole, or not at all', () => {
  const theirs = { ...cron, cron: '0 4 * * *', time_zone: 'Asia/Tokyo', name: 'Theirs' }
  expect(mergeDraft(cron, { ...cron, name: 'Mine' }, theirs)).toMatchObject({
    cron: '0 4 * * *',
    time_zone: 'Asia/Tokyo',
  })
  expect(mergeDraft(cron, { ...cron, time_zone: 'UTC' }, theirs)).toMatchObject({
    cron: '30 2 * * *',
    time_zone: 'UTC',
    name: 'Theirs',
  })
})
