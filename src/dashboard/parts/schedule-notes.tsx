import type { LeftOutSlot } from '../client/schedule.ts'
import { localTimeAndDay } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'

/** How many times that a calendar leaves out are shown, and how many the API lists: there may be more then. */
const [shownAtMost, listedAtMost] = [5, 100]

interface NotesProps {
  readonly warnings: readonly string[]
  readonly leftOut: readonly LeftOutSlot[]
}

/** What a reader should know of the next times of a schedule: clock changes, and times that its calendar leaves out or moves. */
export function ScheduleNotes({ warnings, leftOut }: NotesProps) {
  const more = leftOut.length - shownAtMost
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          {/^On \d/.test(warning) && <strong>Clock change. </strong>}
          {warning}
        </p>
      ))}
      {leftOut.length > 0 && (
        <ul class="left-out" aria-label="Times on closed days">
          {leftOut.slice(0, shownAtMost).map(({ at, note, moved_to }) => (
            <li key={at}>
              <s>
                <time dateTime={at}>{localTimeAndDay(at)}</time>
              </s>{' '}
              {note ?? 'closed'}
              {moved_to !== null && `, moved to ${localTimeAndDay(moved_to)}`}
            </li>
          ))}
          {more > 0 && (
            <li class="quiet">
              {leftOut.length < listedAtMost ? 'and' : 'and at least'} {counted(more, 'other')}
            </li>
          )}
        </ul>
      )}
    </>
  )
}
