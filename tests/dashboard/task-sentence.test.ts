import { expect, test } from 'bun:test'
import type { TaskFailing } from '../../src/dashboard/client/api.ts'
import type { ListedExecution } from '../../src/dashboard/client/executions.ts'
import { type TaskState, taskSentence } from '../../src/dashboard/task/sentence.ts'

const now = Date.parse('2026-11-30T12:00:00Z')
const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString()
/** The same as the page writes times of day, in the zone of this machine. */
const clock = (seconds: number) =>
  new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    now + seconds * 1_000,
  )

let slots = 0
const run = (status: ListedExecution['status'], seconds: number, fields: Partial<ListedExecution> = {}) =>
  ({
    ...{ id: `${++slots}`, slot_id: `${slots}`, status, status_code: null, response: null, error: null, attempt: 1 },
    ...{
      missed_slots: 0,
      queued_for: status === 'queued' ? at(seconds) : null,
      duration_ms: status === 'started' || status === 'queued' ? null : 1_000,
    },
    ...{ scheduled_for: at(seconds), created_at: at(seconds), started_at: status === 'queued' ? null : at(seconds) },
    ...fields,
  }) satisfies ListedExecution

const failing = (fields: Partial<TaskFailing> = {}): TaskFailing => ({
  ...{ since: at(-3_600), settled: 9, consecutive: 27, error: 'timeout after 30 s.' },
  ...fields,
})

const well = run('success', -721)
const change = { at: at(-600), by: 'token ci' }

/** Each state of docs/states.md, and what it says. */
const sentences: [state: string, task: Partial<TaskState['task']>, rest: Partial<TaskState>, says: string][] = [
  ['scheduled, new', { starts_at: at(11_100) }, {}, 'Never ran; due in 3 h 5 min.'],
  ['scheduled, new, slot due', { starts_at: at(-12) }, {}, 'Never ran; it was due 12 s ago.'],
  ['scheduled, old', { created_at: at(-9e6) }, {}, 'No run is on record; due in 3 min 0 s.'],
  ['idle', {}, { newest: [well] }, 'Well: succeeded 12 minutes ago, next in 3 min 0 s.'],
  ['idle, slot due', { starts_at: at(0) }, { newest: [well] }, 'Well: succeeded 12 minutes ago, the next is due now.'],
  [
    'idle, slot late',
    { starts_at: at(-40) },
    { newest: [well] },
    'Well: succeeded 12 minutes ago, the next was due 40 s ago.',
  ],
  [
    'idle, slot skipped',
    {},
    { newest: [run('skipped', -60), well] },
    'Well: succeeded 12 minutes ago, the last slot was skipped, next in 3 min 0 s.',
  ],
  ['idle, all skipped', {}, { newest: [run('skipped', -60)] }, 'Never ran; due in 3 min 0 s.'],
  [
    'idle, a page of skipped slots',
    {},
    { newest: Array.from({ length: 20 }, (_, count) => run('skipped', -60 * count)) },
    'The last slots were skipped; due in 3 min 0 s.',
  ],
  [
    'idle and old, its only slot on record skipped',
    { created_at: at(-9e6) },
    { newest: [run('skipped', -60)] },
    'The last slot was skipped; due in 3 min 0 s.',
  ],
  [
    'paused and old, all on record skipped',
    { status: 'paused', created_at: at(-9e6) },
    { newest: [run('skipped', -60), run('skipped', -120)] },
    'Paused. The last slots were skipped.',
  ],
  [
    'failed, and not counted as failing',
    {},
    { newest: [run('failed', -61, { error: 'not sent: the task was paused before this retry' })] },
    'The last run failed 60 seconds ago: not sent: the task was paused before this retry, next in 3 min 0 s.',
  ],
  [
    'failing',
    {},
    { newest: [run('failed', -60)], failing: failing() },
    `Failing since ${clock(-3_600)}: 9 runs (27 attempts), last: timeout after 30 s. Next try in 3 min 0 s.`,
  ],
  [
    'failing, late',
    { starts_at: at(-40) },
    { failing: failing({ settled: 1, consecutive: 1, error: null }) },
    `Failing since ${clock(-3_600)}: 1 run. Next try was due 40 s ago.`,
  ],
  ['queued', {}, { newest: [run('queued', -5)] }, 'Waiting to be sent for 5 s.'],
  [
    'queued retry',
    {},
    {
      newest: [run('queued', -5, { attempt: 3, queued_for: at(243) })],
      failing: failing({ settled: 0, consecutive: 2 }),
    },
    `Attempt 3 is sent in 4 min 3 s, at ${clock(243)}. Failing since ${clock(-3_600)}: 2 attempts at one run, last: timeout after 30 s.`,
  ],
  [
    'queued retry, late',
    {},
    { newest: [run('queued', -300, { attempt: 2, queued_for: at(-7) })] },
    'Attempt 2 has waited to be sent for 7 s.',
  ],
  [
    'queued, in a paused flow',
    {},
    { newest: [run('queued', -5)], flow: { name: 'partner', paused: true } },
    'Waiting to be sent for 5 s. It waits until its flow partner is resumed.',
  ],
  [
    'scheduled, new, slot due in a paused flow',
    { starts_at: at(-12) },
    { flow: { name: 'partner', paused: true } },
    'Never ran; it was due 12 s ago. It waits until its flow partner is resumed.',
  ],
  [
    'queued, in a flow',
    {},
    { newest: [run('queued', -5)], flow: { name: 'a', paused: false } },
    'Waiting to be sent for 5 s.',
  ],
  ['running', {}, { newest: [run('started', -42), well] }, 'Running for 42 s.'],
  ['running once, its last slot', { starts_at: null }, { newest: [run('started', -42)] }, 'Running for 42 s.'],
  ['running retry', {}, { newest: [run('started', -190, { attempt: 2 })] }, 'Running for 3 min 10 s, attempt 2.'],
  [
    'paused',
    { status: 'paused' },
    { newest: [well], change },
    `Paused since ${clock(-600)} by token ci. The last run succeeded 12 minutes ago.`,
  ],
  ['paused, by whom is not on record', { status: 'paused' }, {}, 'Paused. It never ran.'],
  [
    'paused until a time',
    { status: 'paused', paused_until: at(7_200) },
    { newest: [well], change },
    `Paused since ${clock(-600)} by token ci, until ${clock(7_200)}. The last run succeeded 12 minutes ago.`,
  ],
  [
    'paused and failing',
    { status: 'paused' },
    { failing: failing(), change },
    `Paused since ${clock(-600)} by token ci. Failing since ${clock(-3_600)}: 9 runs (27 attempts), last: timeout after 30 s.`,
  ],
  [
    'paused, and run by hand',
    { status: 'paused' },
    { newest: [run('started', -3)], change },
    `Running for 3 s. Paused since ${clock(-600)} by token ci.`,
  ],
  [
    'disabled',
    { status: 'disabled' },
    { failing: failing({ consecutive: 9 }), change },
    `Disabled since ${clock(-600)} by token ci. Failing since ${clock(-3_600)}: 9 runs, last: timeout after 30 s.`,
  ],
  [
    'ended',
    { status: 'disabled', starts_at: null },
    { newest: [well] },
    'Ended: it has no run to come. The last run succeeded 12 minutes ago.',
  ],
  [
    'ended, too late to run',
    { status: 'disabled', starts_at: null },
    { newest: [run('skipped', -60)] },
    'Ended: it has no run to come. It never ran.',
  ],
]

test.each(sentences)('a task that is %s', (_, task, rest, says) => {
  const usual = { status: 'active', starts_at: at(180), paused_until: null, created_at: at(-3_600) } as const
  const said = taskSentence({ newest: [], failing: null, change: undefined, ...rest, task: { ...usual, ...task } }, now)
  expect(said).toBe(says)
  // What does not run by itself has no next try.
  if (task.status === 'paused' || task.status === 'disabled') expect(said).not.toMatch(/next/i)
})

test('a long error is told by its beginning, on one line', () => {
  const task = { status: 'active', starts_at: at(180), paused_until: null, created_at: at(-3_600) } as const
  const error = `expected\n${'x'.repeat(500)}`
  const said = taskSentence({ task, newest: [], failing: failing({ error }), change: undefined }, now)
  expect(said).toContain(`last: expected ${'x'.repeat(111)}…. Next try in`)
})
