import { useState } from 'preact/hooks'
import { byWhom } from '../changes/labels.ts'
import { ApiError } from '../client/api.ts'
import { tokenMay } from '../client/rights.ts'
import { type AlertSilence, endSilence } from '../client/silences.ts'
import { ActButton } from '../parts/act-button.tsx'
import { RowsTable } from '../parts/rows-table.tsx'
import { Time } from '../parts/time.tsx'
import { showErrorToast, showToast } from '../parts/toast.tsx'

interface SilencesProps {
  readonly silences: readonly AlertSilence[]
  onChange(): void
}

/** The silences that are not over: of what, until when, why, and by whom. */
export function Silences({ silences, onChange }: SilencesProps) {
  return (
    <section aria-labelledby="silences">
      <h2 id="silences">Silences</h2>
      <RowsTable
        class="silences"
        label="Silences"
        heads={['Of', 'Until', 'Reason', 'By']}
        hasActions={tokenMay('write')}
      >
        {silences.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} onChange={onChange} />
        ))}
      </RowsTable>
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
    } catch (error) {
      // One that is over already counts as ended.
      if (!(error instanceof ApiError && error.status === 404)) {
        showErrorToast('The silence was not ended.', error)
        return setBusy(false)
      }
    }
    showToast(`The silence of ${subject} is over.`)
    onChange()
  }
  return (
    <tr>
      <td class="code">{subject}</td>
      <td>
        <span class="only-narrow">until </span>
        <Time at={silence.until} />
      </td>
      <td>{silence.reason}</td>
      <td>
        <span class="only-narrow">by </span>
        {byWhom(silence)}
      </td>
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
