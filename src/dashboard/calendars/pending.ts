import { useLayoutEffect } from 'preact/hooks'
import { useUnsaved } from '../client/unsaved.ts'

/** The parts of a form with something typed that is not in the calendar yet, each with what says so at its field. */
export type Pending = Map<string, () => void>

/** Has the form neither saved nor left while a part of it holds something that is not in the calendar yet. @param tell says so at the field */
export function usePending(pending: Pending, part: string, isTyped: boolean, tell: () => void): void {
  useUnsaved(isTyped)
  useLayoutEffect(() => {
    if (isTyped) pending.set(part, tell)
    else pending.delete(part)
  })
}

/** Says at the field of the first such part that it is not in the calendar yet. @returns whether there was one */
export function tellPending(pending: Pending): boolean {
  const [tell] = pending.values()
  tell?.()
  return tell !== undefined
}
