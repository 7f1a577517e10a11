import { useState } from 'preact/hooks'
import { type Alert, listOpenAlertsAt, muteAlert } from '../client/alerts.ts'
import { ApiError } from '../client/api.ts'
import { inParallel } from '../client/in-parallel.ts'
import { createSilence } from '../client/silences.ts'
import { usePolling } from '../client/use-polling.ts'
import { count, localTime } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { showToast } from '../parts/toast.tsx'
import { UntilDialog } from '../parts/until-dialog.tsx'
import { forHowLong } from './for-how-long.ts'
import { ReasonField } from './silence-dialog.tsx'
import { subjectOf } from './table.tsx'

interface MuteProps {
  readonly alert: Alert
  onMuted(): void
  onCancel(): void
}

/** Asks until when an alert is muted, and whether all are that are open at the same target, or new ones too. Escape cancels. */
export function MuteDialog({ alert, onMuted, onCancel }: MuteProps) {
  const [all, setAll] = useState(false)
  const [isSilence, setSilence] = useState(false)
  const [reason, setReason] = useState('')
  const { target } = alert
  const { data } = usePolling(async (signal) => (target === '' ? [] : listOpenAlertsAt(target, signal)), alert.id)
  const others = (data ?? []).filter(({ id }) => id !== alert.id)
  const mute = async (until: string) => {
    const time = localTime(until)
    if (isSilence) {
      await createSilence({ host: target, until, reason })
      showToast(`Silenced all alerts at ${target} until ${time}.`)
    } else if (all) {
      const muted = await muteOpen([alert, ...others], until)
      showToast(
        muted === 0
          ? `All alerts at ${target} have closed: there was nothing to mute.`
          : `Muted ${counted(muted, 'alert')} at ${target} until ${time}.`,
      )
    } else {
      await muteAlert(alert.id, until)
      showToast(`Muted the alert of “${subjectOf(alert)}” until ${time}.`)
    }
    onMuted()
  }
  const fields = (problem: ApiError | undefined) =>
    target !== '' && (
      <>
        <label class="check">
          <input type="checkbox" checked={isSilence} onChange={(event) => setSilence(event.currentTarget.checked)} />
          <span>
            All alerts at <span class="code">{target}</span>, new ones too: a silence
          </span>
        </label>
        {isSilence && <ReasonField value={reason} problem={problem} onChange={setReason} />}
      </>
    )
  const title = `Mute the alert of “${subjectOf(alert)}”?`
  return (
    <UntilDialog
      name="mute"
      title={title}
      choices={forHowLong}
      verb="Mute"
      fields={fields}
      values={{ reason }}
      onChosen={mute}
      onCancel={onCancel}
    >
      No channel is told of it until then. If it is still open by then, they are.
      {others.length > 0 && !isSilence && (
        <label class="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
          <span>
            And {others.length === 1 ? 'the other one that is' : `all ${count(others.length)} others that are`} open at{' '}
            <span class="code">{target}</span>. Channels are told of one that opens later.
          </span>
        </label>
      )}
    </UntilDialog>
  )
}

/** Mutes those of some alerts that have not closed since they were read. @returns how many */
async function muteOpen(alerts: readonly Alert[], until: string): Promise<number> {
  let muted = 0
  await inParallel(alerts, async ({ id }) => {
    try {
      await muteAlert(id, until)
      muted++
    } catch (error) {
      // Another one must not be left because this one is over, or is no longer kept.
      if (!(error instanceof ApiError) || (error.code !== 'alert_closed' && error.status !== 404)) throw error
    }
  })
  return muted
}
