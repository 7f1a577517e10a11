import { send, taskPath } from './api.ts'

/** Reads the next times of a task, with warnings about clock changes. */
export async function readUpcoming(id: string, signal: AbortSignal): Promise<Preview> {
  return (await send<Preview>('GET', `${taskPath(id)}/upcoming`, { signal })).body
}

/** The next times of a schedule, with warnings about clock changes. */
export interface Preview {
  readonly upcoming: readonly string[]
  /** When it starts at each of them: later with a spread. */
  readonly starts: readonly string[]
  /** Times of the pattern at which it does not run, because of its calendar. */
  readonly left_out: readonly LeftOutSlot[]
  readonly warnings: readonly string[]
}

/** A time that a calendar leaves out or moves. */
export interface LeftOutSlot {
  readonly at: string
  /** The note of the day. */
  readonly note: string | null
  /** When it runs instead; null if it does not. */
  readonly moved_to: string | null
}

/** Reads the next times of a schedule that is not stored. @throws ApiError, 400 with an error for each invalid field */
export async function previewSchedule(schedule: object, signal: AbortSignal): Promise<Preview> {
  return (await send<Preview>('POST', '/schedule/preview', { body: schedule, signal })).body
}
