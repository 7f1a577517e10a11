/** The units of a time span in a form, in seconds. */
export const spanUnits = [
  ['seconds', 1],
  ['minutes', 60],
  ['hours', 3_600],
  ['days', 86_400],
] as const

/** A time span as a form holds it. An empty amount is none. */
export interface Span {
  readonly amount: string
  readonly unit: (typeof spanUnits)[number][0]
}

/** The size of a unit, in seconds. */
export const sizeOf = (unit: Span['unit']): number => spanUnits.find(([name]) => name === unit)?.[1] ?? 1

/** A number of seconds in the largest unit that is exact; null is an empty amount. @param unit that of an empty amount */
export function spanOf(seconds: number | null, unit: Span['unit'] = 'minutes'): Span {
  if (seconds === null) return { amount: '', unit }
  const [name, size] = spanUnits.findLast(([, size]) => seconds % size === 0) ?? spanUnits[0]
  return { amount: String(seconds / size), unit: name }
}

/** A time span in seconds; null if it is empty. What is no number stays as it was typed, so that the API names the field. */
export function secondsOf({ amount, unit }: Span): number | null {
  const value = numberOf(amount)
  return typeof value === 'number' ? value * sizeOf(unit) : value
}

/** What was typed as a number; null if it is empty. What is no number stays as it was typed, so that the API names the field. */
export function numberOf(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : (trimmed as unknown as number)
}

/** `45 s`, `2 min 40 s`, `1 h`: a whole number of seconds. */
export function shortSpan(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const told = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`)
  return told.join(' ') || '0 s'
}
