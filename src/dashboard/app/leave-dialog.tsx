import { type Departure, departure } from '../client/unsaved.ts'
import { useModal } from '../parts/use-modal.ts'

/** Asks before the reader leaves a form with something unsaved. Escape stays, and the focus is where it was. */
export function LeaveDialog() {
  const asked = departure.value
  // Each question is a dialog of its own: the next one may be asked before the browser has told that this one is closed.
  return asked && <Ask key={asked} asked={asked} />
}

function Ask({ asked }: { asked: Departure }) {
  const dialog = useModal()
  const { shownOnce } = asked
  const stay = () => {
    if (departure.value === asked) departure.value = undefined
    if (asked.focused instanceof HTMLElement) asked.focused.focus()
  }
  return (
    <dialog ref={dialog} aria-labelledby="leave-title" onClose={stay}>
      <h2 id="leave-title">{shownOnce ? `Leave without the ${shownOnce}?` : 'Leave without saving?'}</h2>
      <p>
        {shownOnce
          ? `You have not copied the ${shownOnce}, and it cannot be shown again.`
          : 'What you have typed in this form is not saved, and is lost when you leave.'}
      </p>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {shownOnce ? 'Stay' : 'Keep editing'}
        </button>
        <button type="button" class="danger" onClick={asked.leave}>
          {shownOnce ? 'Leave without it' : 'Leave without saving'}
        </button>
      </div>
    </dialog>
  )
}
