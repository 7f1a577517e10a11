import { signal } from '@preact/signals'

/** A command that takes longer than this, in ms, is told to be waiting. */
const soonMs = 1_000

/** How many commands have waited for their answers for longer than a moment. */
export const lateCommands = signal(0)

/** Counts a command as late from the time when its answer should have come until it comes. */
export async function countLate<T>(answer: Promise<T>): Promise<T> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    lateCommands.value++
  }, soonMs)
  try {
    return await answer
  } finally {
    clearTimeout(timer)
    if (isLate) lateCommands.value--
  }
}
