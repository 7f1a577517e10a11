import { expect, test } from 'bun:test'
import { findTimeZone, spanAt } from '../../src/schedule/zone.ts'

test('every zone that the runtime lists is found under its name', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  expect(zones.length).toBeGreaterThan(400)
  for (const zone of zones) expect(findTimeZone(zone)).toBe(zone)
})

test('aliases keep their name, and names are found in any case', () => {
  for (const zone of [
    'UTC',
    'Europe/Kiev',
    'Europe/Kyiv',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'US/Eastern',
    'Etc/GMT+5',
    'GB',
  ])
    expect(findTimeZone(zone)).toBe(zone)
  expect(findTimeZone('europe/berlin')).toBe('Europe/Berlin')
  expect(findTimeZone('ASIA/KOLKATA')).toBe('Asia/Kolkata')
  expect(findTimeZone('utc')).toBe('UTC')
})

test.each([
  ...['', ' ', '+02:00', '-0330', '+02', 'GMT+2', 'UTC+2', 'CEST', 'PST', 'IST', 'Berlin', 'Europe/Bielefeld'],
  ...['Europe/Berlin ', ' UTC', 'Europe/Berlin\0', '2026-01-01T00:00Z[Europe/Berlin]', 'Etc/Unknown', 'local'],
])('%j is not a time zone', (name) => {
  expect(findTimeZone(name)).toBeUndefined()
})

test('a span links to its neighbours, and a clock change belongs to the later one', () => {
  const change = Date.parse('2026-10-25T01:00:00Z')
  const summer = spanAt('Europe/Berlin', change - 1)
  const winter = spanAt('Europe/Berlin', change)
  expect([summer.end, winter.start, winter.end]).toEqual([change, change, Date.parse('2027-03-28T01:00:00Z')])
  expect([summer.offset, winter.offset]).toEqual([7_200_000, 3_600_000])
  expect(summer.next).toEqual(winter)
  expect(winter.previous).toMatchObject({ start: summer.start, end: summer.end, offset: summer.offset })
  expect(spanAt('UTC', change)).toMatchObject({ previous: undefined, next: undefined, offset: 0 })
})
