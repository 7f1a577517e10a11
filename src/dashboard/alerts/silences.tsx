import { useRef, useState } from 'preact/hooks'
import { tokenMay } from '../client/rights.ts'
import { type AlertSilence, endSilence } from '../client/silences.ts'
import { ActButton } from '../parts/act-button.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

interface SilencesProps {
  readonly silences: readonly AlertSilence[]
  onChange(): void
}

/** The silences that are not over: of what, until when, why, and by whom. */
export function Silences({ silences, onChange }: SilencesProps) {
  const table = useRef<HTMLTableElement>(null)
  useRestoreFocus(table)
  return (
    <section aria-labelledby="silences">
      <h2 id="silences">Silences</h2>
      <table class="rows silences" aria-label="Silences" tabIndex={-1} ref={table}>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col">Until</th>
            <th scope="col">Reason</th>
            <th scope="col">By</th>
            {tokenMay('write') && (
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {silences.map((silence) => (
            <SilenceRow key={silence.id} silence={silence} onChange={onChange} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Which alerts a silence is of. */
const subjectOf = ({ host, label }: AlertSilence) => [host, label].filter((part) => part !== null).join(' and ')

function SilenceRow({ silence, onChange }: { silence: AlertSilence; onChange(): void }) {
  const [busy, setBusy] = useState(false)
  const subject = subjectOf(silence)
  const end = async () => {
    setBusy(true)
    try {
      await endSilence(silence.id)
      showToast(`The silence of ${subject} is over.`)
      onChange()
    } catch (error) {
      showErrorToast('The silence was not ended.', error)
    }
    setBusy(false)
  }
  return (
    <tr>
      <td class="code">{subject}</td>
      <td>
        <Time at={silence.until} />
      </td>
      <td>{silence.reason}</td>
      <td>{silence.principal ?? 'the command line'}</td>
      {tokenMay('write') && (
        <td class="cell-actions">
          <div class="actions">
            <ActButton busy={busy} label={`End the silence of ${subject}`} onAct={end}>
              End
            </ActButton>
          </div>
        </td>
      )}
    </tr>
  )
}
