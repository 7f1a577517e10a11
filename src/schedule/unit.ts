/** The units in which an interval is given. */
export const units = ['minute', 'hour', 'day', 'week', 'month'] as const

/** The unit of an interval. */
export type Unit = (typeof units)[number]

const minute = 60_000

/** The length of each unit in ms; for a month, the longest one. */
export const unitMs: Readonly<Record<Unit, number>> = {
  minute,
  hour: 60 * minute,
  day: 1440 * minute,
  week: 7 * 1440 * minute,
  month: 31 * 1440 * minute,
}

/** The longest interval in each unit: ten years. The constraint `task_frequency_within_ten_years` has the same numbers. */
export const tenYears: Readonly<Record<Unit, number>> = {
  minute: 5_259_600,
  hour: 87_660,
  day: 3_652,
  week: 521,
  month: 120,
}
