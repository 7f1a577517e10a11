import type { OutageSpan } from '../alerts/outages.ts'
import { spanAt } from '../schedule/zone.ts'
import type { ChangeBy } from './queries.ts'

/** A time on the clocks of a zone, such as `2026-11-29 02:00 Europe/Berlin`. @param at in ms */
export function clock(at: number, zone: string): string {
  const { offset } = spanAt(zone, Math.floor(at))
  const local = new Date(at + offset).toISOString()
  const isWhole = at % 60_000 === 0
  return `${local.slice(0, 10)} ${local.slice(11, isWhole ? 16 : 19)} ${zone}`
}

/** A duration, such as `2 min 30 s`. @param length in ms */
export function duration(length: number): string {
  const seconds = Math.round(length / 1000)
  if (seconds < 1) return 'less than a second'
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const from = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(from, from + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** Who made a change, such as `by token ci`. */
export function who({ actor, principal, address }: ChangeBy): string {
  if (actor === 'server') return 'by the server itself'
  const name = principal === null ? '' : ` ${principal}`
  if (actor === 'command_line') return principal === null ? 'by the command line' : `by the command line, user${name}`
  return `by ${actor}${name}${address === null ? '' : ` from ${address}`}`
}

/** A text without a point at its end, so that a sentence can go on or end with it. */
export const unpointed = (text: string): string => text.replace(/[.\s]+$/, '')

/** When an outage was: `from … to …`. */
export function outageWords({ began_at, ended_at }: OutageSpan, zone: string): string {
  const from = clock(Math.floor(Date.parse(began_at)), zone)
  return ended_at === null ? `since ${from}` : `from ${from} to ${clock(Math.floor(Date.parse(ended_at)), zone)}`
}
