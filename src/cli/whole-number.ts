import { parseWholeNumber } from '../formats/whole-number.ts'
import { UsageError } from './command-error.ts'

/**
 * Parses the value of an option as a whole number in decimal digits.
 * @throws UsageError for any other text, and for a number outside `min` to `max`
 */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = parseWholeNumber(text, min, max)
  if (value !== undefined) return value
  throw new UsageError(`${option} is ${JSON.stringify(text)}, but it must be a whole number from ${min} to ${max}.`)
}
