import type { CalendarDay, WholeCalendar } from '../client/calendars.ts'
import { serverNow } from '../client/server-clock.ts'
import { spansOf } from './day-groups.ts'
import { dayAfter } from './day-words.ts'
import { readDay } from './draft.ts'

/** The days of a calendar as lines such as `2026-12-25 closed Christmas Day`, which `duly calendar set --days` reads too. */
export const linesOf = (days: readonly CalendarDay[]): string =>
  days.map(({ day, kind, note }) => `${[day, kind, note].filter(Boolean).join(' ')}\n`).join('')

const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\s+/g, ' ')

const utf8 = new TextEncoder()

/** Breaks a line of a calendar file after 74 bytes at most, as RFC 5545 wants it: the rest begins with a space. */
function folded(line: string): string {
  let bytes = 0
  return [...line]
    .map((character) => {
      const { length } = utf8.encode(character)
      bytes += length
      if (bytes <= 74) return character
      bytes = length + 1
      return `\r\n ${character}`
    })
    .join('')
}

/** The closed days of a calendar as a calendar file (iCalendar), whose whole-day events are its days in a row. */
export function icsOf({ name, days }: Pick<WholeCalendar, 'name' | 'days'>): string {
  const stamp = new Date(serverNow()).toISOString().replace(/[-:]|\.\d+/g, '')
  const digits = (day: string) => day.replaceAll('-', '')
  const events = spansOf(days.filter(({ kind }) => kind === 'closed')).flatMap(({ first, last, note }) => [
    'BEGIN:VEVENT',
    `UID:${first}-${name}@duly`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${digits(first)}`,
    `DTEND;VALUE=DATE:${digits(dayAfter(last))}`,
    `SUMMARY:${escaped(note ?? 'Closed')}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ])
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Duly//Calendar//EN', ...events, 'END:VCALENDAR']
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

/** The days that a text lists by lines, or which line is none. A calendar file is not such a text. */
export type ReadLines = { readonly days: readonly CalendarDay[] } | { readonly problem: string }

/** Reads lines such as `2026-12-25 closed Christmas Day`. Empty ones, and those that begin with #, count for nothing. */
export function readLines(text: string): ReadLines {
  const days: CalendarDay[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const [, typed = '', kind = 'closed', note = ''] = /^\s*(\S+)(?:\s+(closed|open)(?!\S))?(.*)$/.exec(line) ?? []
    const day = readDay(typed)
    if (day === undefined)
      return { problem: `has “${typed.slice(0, 40)}” in line ${index + 1}, which is no day such as 2026-12-25.` }
    days.push({ day, kind: kind as CalendarDay['kind'], note: note.trim() || null })
  }
  return { days }
}

/** Whether a text is a calendar file, if it is right. */
export const isIcs = (text: string): boolean => /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text)
