import { expect, test } from 'bun:test'
import { inWords } from '../../src/notifications/words.ts'
import { hostile, message, none, several, told } from '../support/messages.ts'

test('one alert reads like one alert', () => {
  expect(inWords(message())).toEqual({
    title: '[Duly billing] nightly-report is failing (api.example.com:443)',
    sections: [
      {
        heading: '1 task is failing:',
        lines: [
          {
            text: 'nightly-report has been failing since 2026-11-28 02:07 UTC: the target answered 503',
            taskId: '018f0000-0000-7000-8000-000000000002',
          },
        ],
        more: 0,
      },
    ],
  })
})

test.each([
  ['20 alerts are all named', 20, 20, 0],
  ['of 21 alerts one is counted', 21, 20, 1],
  ['of 500 alerts 480 are counted', 500, 20, 480],
])('%s', (_, count, lines, more) => {
  const [section] = inWords(message({ body: { opened: several(count), closed: none, open: several(count) } })).sections
  expect(section).toMatchObject({ heading: `${count} tasks are failing:`, more })
  expect(section?.lines).toHaveLength(lines)
})

test.each([
  [
    'changed',
    {
      opened: several(2),
      closed: several(3, { closed_at: '2026-11-28T02:50:00Z', closed_because: 'recovered' }),
      open: several(7),
    },
    '[Duly billing] 7 tasks are failing: 2 more, 3 well again (api.example.com:443)',
    ['2 tasks are failing:', '3 tasks well again:', 'In all, 7 tasks are failing:'],
  ],
  [
    'closed',
    {
      opened: none,
      closed: several(500, { closed_at: '2026-11-28T02:50:00Z', closed_because: 'recovered' }),
      open: none,
    },
    '[Duly billing] 500 tasks: well again (api.example.com:443)',
    ['500 tasks well again:'],
  ],
  [
    'reminder',
    { opened: none, closed: none, open: several(1) },
    '[Duly billing] Still: task 0 is failing (api.example.com:443)',
    ['In all, 1 task is failing:'],
  ],
] as const)('a message of the type %s says what has changed and what is open', (type, body, title, headings) => {
  const words = inWords(message({ type, body }))
  expect(words.title).toBe(title)
  expect(words.sections.map(({ heading }) => heading)).toEqual([...headings])
})

const outage = {
  kind: 'outage',
  task_id: null,
  task_name: null,
  since: '2026-11-28T02:10:00Z',
  until: '2026-11-28T03:40:00Z',
  tasks: 412,
  closed_at: '2026-11-28T03:40:01Z',
  closed_because: 'event',
}

test.each([
  [outage, 'Nothing was started from 2026-11-28 02:10 UTC to 2026-11-28 03:40 UTC; 412 tasks are being caught up.'],
  ...(
    [
      [null, '412 tasks were due, and no run outside flows is late any more.'],
      [
        { late: 300, per_second: 10, ends_at: '2026-11-28T03:41:00Z' },
        '412 tasks were due: 300 runs are still late (10 a second at most), and the last of them starts at about 2026-11-28 03:41 UTC.',
      ],
      [
        { late: 1, per_second: null, ends_at: null },
        '412 tasks were due: 1 run is still late, and when the last of them starts is unknown.',
      ],
    ] as const
  ).map(
    ([catch_up, said]) =>
      [
        { ...outage, catch_up },
        `Nothing was started from 2026-11-28 02:10 UTC to 2026-11-28 03:40 UTC; ${said}`,
      ] as const,
  ),
  [
    { closed_at: '2026-11-28T02:55:00Z', closed_because: 'recovered' },
    'nightly-report is well again; it had been failing since 2026-11-28 02:07 UTC',
  ],
  [
    { closed_at: '2026-11-28T02:55:00Z', closed_because: 'paused' },
    'nightly-report was paused at 2026-11-28 02:55 UTC; it had been failing since 2026-11-28 02:07 UTC',
  ],
  [
    { closed_at: '2026-11-28T02:08:00Z', closed_because: 'event' },
    'nightly-report, which runs once, failed at 2026-11-28 02:07 UTC: the target answered 503',
  ],
  [
    { failures: 3 },
    'nightly-report has been failing since 2026-11-28 02:07 UTC: the target answered 503 (3 runs failed)',
  ],
  [
    { kind: 'late', error: 'all seats are taken' },
    'nightly-report was due at 2026-11-28 02:07 UTC and has not started: all seats are taken',
  ],
  [{ kind: 'long', error: null }, 'nightly-report has been running since 2026-11-28 02:07 UTC'],
])('an alert %# is told in one sentence', (fields, sentence) => {
  const alerts = { count: 1, alerts: [told(fields as never)] }
  const words = inWords(
    message({ kind: told(fields as never).kind, body: { opened: alerts, closed: none, open: none } }),
  )
  expect(words.sections[0]?.lines[0]?.text).toBe(sentence)
})

test('no text of other people contains a line break, a control character or one that turns the direction of text', () => {
  for (const text of hostile) {
    const alerts = { count: 1, alerts: [told({ task_name: text, error: text })] }
    const words = inWords(
      message({ service: { id: 'x', name: text }, target: text, body: { opened: alerts, closed: none, open: alerts } }),
    )
    for (const said of [words.title, ...words.sections.flatMap(({ lines }) => lines.map(({ text }) => text))]) {
      expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect([...said].length).toBeLessThan(1_000)
    }
  }
  expect(inWords(message({ service: { id: 'x', name: 'a\u202Eb' } })).title).toContain('a\\u202eb')
  expect(inWords(message({ service: { id: 'x', name: 'a\u{e0041}b' } })).title).toContain('a\\u{e0041}b')
  expect(inWords(message({ service: { id: 'x', name: '👩\u200d🚒 می\u200cخواهم' } })).title).toContain(
    '👩\u200d🚒 می\u200cخواهم',
  )
})

test.each([
  [['paused'], 'nightly-report: paused'],
  [['deleted', 'deleted'], '2 tasks: deleted'],
  [['recovered', 'deleted'], '2 tasks: well again, paused, disabled or deleted'],
  [['recovered', 'recovered'], '2 tasks: well again'],
])('alerts that closed because of %j are not all called well again', (reasons, said) => {
  const alerts = reasons.map((closed_because) => told({ closed_at: '2026-11-28T02:55:00Z', closed_because }))
  const { title } = inWords(
    message({ type: 'closed', body: { opened: none, closed: { count: alerts.length, alerts }, open: none } }),
  )
  expect(title).toBe(`[Duly billing] ${said} (api.example.com:443)`)
})
