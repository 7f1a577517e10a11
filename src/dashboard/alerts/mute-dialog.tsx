import { type Alert, muteAlert } from '../client/alerts.ts'
import { inHours, localTime } from '../format/format-time.ts'
import { showToast } from '../parts/toast.tsx'
import { UntilDialog } from '../parts/until-dialog.tsx'
import { subjectOf } from './table.tsx'

const choices = [
  ['1 hour', () => inHours(1)],
  ['8 hours', () => inHours(8)],
  ['1 day', () => inHours(24)],
  ['1 week', () => inHours(168)],
] as const

interface MuteProps {
  readonly alert: Alert
  onMuted(): void
  onCancel(): void
}

/** Asks until when an alert is muted. Escape cancels. */
export function MuteDialog({ alert, onMuted, onCancel }: MuteProps) {
  const mute = async (until: string) => {
    await muteAlert(alert.id, until)
    showToast(`Muted the alert of “${subjectOf(alert)}” until ${localTime(until)}.`)
    onMuted()
  }
  const title = `Mute the alert of “${subjectOf(alert)}”?`
  return (
    <UntilDialog name="mute" title={title} choices={choices} verb="Mute" onChosen={mute} onCancel={onCancel}>
      No channel is told of it until then. If it is still open by then, they are.
    </UntilDialog>
  )
}
