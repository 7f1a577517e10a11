import { expect, test } from 'bun:test'
import { IcsError, readIcs } from '../../src/schedule/ics.ts'

const today = '2026-11-29'

const calendar = (...lines: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n')

/** Reads one event: its days, and what was left out of it. */
async function read(...lines: string[]): Promise<{ days: string[]; leftOut: string[] }> {
  const { days, leftOut } = await readIcs(calendar(event(...lines)), today)
  return { days: days.map(({ day }) => day), leftOut }
}

test('a whole-day event is one closed day, with its title as note', async () => {
  const { days, leftOut } = await readIcs(
    calendar(event('DTSTART;VALUE=DATE:20261225', 'SUMMARY:Christmas Day\\, a\\n holi', ' day')),
    today,
  )
  expect(days).toEqual([{ day: '2026-12-25', kind: 'closed', note: 'Christmas Day, a holiday' }])
  expect(leftOut).toEqual([])
})

test.each([
  [['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'], '2026-12-24 2026-12-25 2026-12-26'],
  [['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261224'], '2026-12-24'],
  [['DTSTART;VALUE=DATE:20261231', 'DURATION:P2D'], '2026-12-31 2027-01-01'],
  [['DTSTART;VALUE=DATE:20261224', 'RDATE;VALUE=DATE:20270105,20270107'], '2026-12-24 2027-01-05 2027-01-07'],
  [['DTSTART;VALUE=DATE:20261224', 'RRULE:FREQ=YEARLY;COUNT=3', 'EXDATE;VALUE=DATE:20271224'], '2026-12-24 2028-12-24'],
  [['DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY'], '2028-02-29 2032-02-29 2036-02-29'],
  [
    ['DTSTART;VALUE=DATE:20151126', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231'],
    '2025-11-27 2026-11-26 2027-11-25 2028-11-23',
  ],
  [
    ['DTSTART;VALUE=DATE:20250526', 'RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20270601T000000Z'],
    '2025-05-26 2026-05-25 2027-05-31',
  ],
  [
    ['DTSTART;VALUE=DATE:20250131', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=3'],
    '2025-01-31 2025-02-28 2026-02-28',
  ],
  [['DTSTART;VALUE=DATE:20200101', 'RRULE:FREQ=YEARLY;INTERVAL=4'], '2028-01-01 2032-01-01 2036-01-01'],
])('%p is %p', async (lines, days) => {
  expect(await read(...lines)).toEqual({ days: days.split(' '), leftOut: [] })
})

test('a yearly rule goes on for ten years', async () => {
  const { days } = await read('DTSTART;VALUE=DATE:19700501', 'RRULE:FREQ=YEARLY')
  expect([days[0], days.at(-1), days.length]).toEqual(['2025-05-01', '2036-05-01', 12])
})

test.each([
  [['DTSTART:20261224T100000Z'], 'it has a time of day, and only whole days are read', 0],
  [['SUMMARY:x'], 'it has no start', 0],
  [['DTSTART;VALUE=DATE:20261345'], 'its start is not a day that exists', 0],
  [['DTSTART;VALUE=DATE:20261224', 'STATUS:CANCELLED'], 'it is cancelled', 0],
  [['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20301224'], 'it must last 1 to 366 whole days', 0],
  [['DTSTART;VALUE=DATE:20261224', 'DTEND:20261224T100000Z'], 'it must last 1 to 366 whole days', 0],
  [
    ['DTSTART;VALUE=DATE:20261224', 'RECURRENCE-ID;VALUE=DATE:20261223'],
    'it changes one repetition of another event, which is not read',
    0,
  ],
  [
    ['DTSTART;VALUE=DATE:20261224', 'RRULE:FREQ=WEEKLY;BYDAY=MO'],
    'it repeats by WEEKLY, and only yearly rules are read; only its first day is taken',
    1,
  ],
  [
    ['DTSTART;VALUE=DATE:20261224', 'RRULE:FREQ=YEARLY;BYWEEKNO=20'],
    'it repeats by a rule with BYWEEKNO, which is not read; only its first day is taken',
    1,
  ],
  [
    ['DTSTART;VALUE=DATE:20261224', 'EXDATE:20261225T000000Z'],
    'its EXDATE has what is not a whole day, and it is left out',
    1,
  ],
])('says of %p: %s', async (lines, reason, days) => {
  const found = await read(...lines)
  expect(found.days).toHaveLength(days)
  expect(found.leftOut.map((line) => line.replace(/^[^:]+: /, ''))).toEqual([reason])
})

test('a title has only what can be stored', async () => {
  const { days } = await readIcs(calendar(event('DTSTART;VALUE=DATE:20261225', 'SUMMARY:a\0b\udfffc')), today)
  expect(days[0]?.note).toBe('a b\ufffdc')
})

test('what lies before last year is left out, and said', async () => {
  expect(await read('DTSTART;VALUE=DATE:20200101')).toEqual({ days: [], leftOut: ['1 event before 2025-01-01'] })
})

test.each(['', 'hello', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2026', calendar() + calendar()])(
  '%p is no calendar file',
  async (text) => {
    await expect(readIcs(text, today)).rejects.toThrow(IcsError)
  },
)

test('a thousand lines of what is left out are shortened', async () => {
  const { leftOut } = await readIcs(calendar(...Array.from({ length: 1_000 }, () => event('SUMMARY:x'))), today)
  expect([leftOut.length, leftOut.at(-1)]).toEqual([100, '901 more'])
})
