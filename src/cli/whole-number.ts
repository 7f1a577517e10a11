import { UsageError } from './command-error.ts'

/**
 * The number that an option was given as digits.
 * @throws UsageError for anything else, and out of bounds
 */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1
  if (value >= min && value <= max) return value
  throw new UsageError(`${option} is ${JSON.stringify(text)}, but it must be a whole number from ${min} to ${max}.`)
}
