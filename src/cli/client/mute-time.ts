import { UsageError } from '../command-error.ts'
import { readDuration } from '../duration.ts'

interface MuteChoice {
  /** The option with a duration, and its value. */
  readonly duration: readonly [option: string, value: string | undefined]
  readonly time: string | undefined
  /** The option that ends a mute, and whether it is given. */
  readonly end: readonly [option: string, value: boolean | undefined]
}

/**
 * Returns the time until which something is to be muted; null to end the mute, and undefined when nothing is said of it.
 * @throws UsageError for more than one of the options
 */
export function readMute({ duration, time, end }: MuteChoice): string | null | undefined {
  const [option, length] = duration
  const [endOption, ends] = end
  if ([length, time, ends || undefined].filter((value) => value !== undefined).length > 1)
    throw new UsageError(`${option}, a time and ${endOption} say different things: give one of them.`)
  if (ends) return null
  return length === undefined ? time : new Date(Date.now() + readDuration(option, length)).toISOString()
}
