import { inHours } from '../format/format-time.ts'

/** For how long alerts are muted, to choose from. */
export const forHowLong = [
  ['1 hour', () => inHours(1)],
  ['8 hours', () => inHours(8)],
  ['1 day', () => inHours(24)],
  ['1 week', () => inHours(168)],
] as const
