/** The units in which an interval is given. */
export const units = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Unit = (typeof units)[number]
