import { expect, test } from 'bun:test'
import { changesOfYear, parsePosixZone } from '../../src/schedule/posix-zone.ts'

const hourMs = 3_600_000
const yearOf = (text: string, year: number) =>
  changesOfYear(parsePosixZone(text), year).map(({ at, offset }) => [new Date(at).toISOString(), offset / hourMs])

test.each([
  ['PST8PDT,M3.2.0,M11.1.0', ['2027-03-14T10:00:00.000Z', -7], ['2027-11-07T09:00:00.000Z', -8]],
  ['CET-1CEST,M3.5.0,M10.5.0/3', ['2027-03-28T01:00:00.000Z', 2], ['2027-10-31T01:00:00.000Z', 1]],
  ['<+1030>-10:30<+11>-11,M10.1.0,M4.1.0', ['2027-04-03T15:00:00.000Z', 10.5], ['2027-10-02T15:30:00.000Z', 11]],
  ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', ['2027-03-28T01:00:00.000Z', -1], ['2027-10-31T01:00:00.000Z', -2]],
  ['IST-1GMT0,M10.5.0,M3.5.0/1', ['2027-03-28T01:00:00.000Z', 1], ['2027-10-31T01:00:00.000Z', 0]],
  ['AAA3BBB,J60/0,J300/26:30', ['2027-03-01T03:00:00.000Z', -2], ['2027-10-28T04:30:00.000Z', -3]],
  ['AAA3BBB,59/0,299/0', ['2027-03-01T03:00:00.000Z', -2], ['2027-10-27T02:00:00.000Z', -3]],
] as const)('%s changes twice a year', (text, first, second) => {
  expect(yearOf(text, 2027)).toEqual([[...first], [...second]])
})

test('a leap year moves days counted from 1 January (n), but not days that skip 29 February (Jn)', () => {
  expect(yearOf('AAA3BBB,J60/0,J300/0', 2028)[0]).toEqual(['2028-03-01T03:00:00.000Z', -2])
  expect(yearOf('AAA3BBB,59/0,299/0', 2028)[0]).toEqual(['2028-02-29T03:00:00.000Z', -2])
})

test('a zone with one offset never changes', () => {
  expect(yearOf('<+0530>-5:30', 2027)).toEqual([])
  expect(parsePosixZone('<+0530>-5:30').standard).toBe(5.5 * hourMs)
})

test.each(['', 'P8', 'PST8PDT', 'PST8PDT,M3.2.0', 'PST8PDT,M3.2.0,M11.1.0 ', ':America/Vancouver', 'PST8PDT;M3,M4'])(
  '%j is rejected',
  (text) => expect(() => parsePosixZone(text)).toThrow(RangeError),
)
