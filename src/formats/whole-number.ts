/**
 * Parses a whole number that is written in decimal digits only.
 * @returns undefined for any other text, and for a number outside `min` to `max`
 */
export function parseWholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
  return value >= min && value <= max ? value : undefined
}
