/** A JSON value as text in the form; empty for null and for an object without members. */
export const jsonText = (value: unknown): string =>
  value === null || value === undefined || JSON.stringify(value) === '{}' ? '' : JSON.stringify(value)

/** The value of a JSON text in the form; null if it is empty. Text that is not JSON stays text: the API describes the error. */
export function jsonValue(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
