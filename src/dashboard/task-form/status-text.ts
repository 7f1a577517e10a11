/** Statuses as the API has them: 404, "5xx", "500-504". */
type Statuses = readonly (number | string)[]

/** The statuses of a text, such as `2xx, 304`. What is none stays as it was typed: the API describes the error. */
export function statusesOf(text: string): Statuses {
  const entries = text.replace(/\s*[-–]\s*/g, '-').split(/[\s,;]+/)
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => (/^\d{3}$/.test(entry) ? Number(entry) : entry.toLowerCase()))
}

/** Statuses as text: `2xx, 304`. */
export const statusText = (statuses: Statuses): string => statuses.join(', ')
