import { expect, test } from 'bun:test'
import { parseTime } from '../../src/formats/time.ts'

test('accepts exactly the days of two hundred years that Date knows', () => {
  const pad = (value: number) => String(value).padStart(2, '0')
  for (let year = 1899; year <= 2101; year++)
    for (let month = 1; month <= 12; month++) {
      const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
      for (let day = 1; day <= 31; day++) {
        const text = `${year}-${pad(month)}-${pad(day)}T12:34:56Z`
        expect(parseTime(text)).toBe(day <= last ? text : undefined)
      }
    }
})

test('converts every offset to UTC', () => {
  for (let minutes = -1439; minutes <= 1439; minutes++) {
    const size = Math.abs(minutes)
    const offset = `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
    const utc = new Date(Date.UTC(2026, 0, 1, 0, -minutes)).toISOString().replace('.000Z', 'Z')
    expect(parseTime(`2026-01-01T00:00:00${offset}`)).toBe(utc)
  }
})

test('cuts a fraction off after six digits, without rounding up to the next second', () => {
  expect(parseTime('2026-01-01T00:00:00.9999999Z')).toBe('2026-01-01T00:00:00.999999Z')
  expect(parseTime('2026-01-01T00:00:00.5000Z')).toBe('2026-01-01T00:00:00.5Z')
  expect(parseTime('2026-01-01T00:00:00.0Z')).toBe('2026-01-01T00:00:00Z')
})
