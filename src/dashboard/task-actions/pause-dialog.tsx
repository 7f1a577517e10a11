import { setStatuses, type Task } from '../client/api.ts'
import { inHours, localTime, tomorrowAt } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { showToast } from '../parts/toast.tsx'
import { UntilDialog } from '../parts/until-dialog.tsx'

const choices = [
  ['1 hour', () => inHours(1)],
  ['8 hours', () => inHours(8)],
  ['Tomorrow, 08:00', () => tomorrowAt(8)],
] as const

interface PauseProps {
  /** One task, or several. */
  readonly tasks: readonly Pick<Task, 'id' | 'name'>[]
  onPaused(): void
  onCancel(): void
}

/** Asks until when tasks are paused. Escape cancels. */
export function PauseDialog({ tasks, onPaused, onCancel }: PauseProps) {
  const [first] = tasks
  const subject = tasks.length === 1 && first ? `“${first.name}”` : counted(tasks.length, 'task')
  const pause = async (until: string) => {
    const ids = tasks.map(({ id }) => id)
    const lost = ids.length - (await setStatuses(ids, 'paused', until))
    const rest = lost === 0 ? '' : ` ${counted(lost, 'task')} did not exist any more.`
    showToast(`Paused ${subject} until ${localTime(until)}.${rest}`)
    onPaused()
  }
  const title = `Pause ${subject} until…`
  return (
    <UntilDialog name="pause" title={title} choices={choices} verb="Pause" onChosen={pause} onCancel={onCancel}>
      Runs of an interval or a pattern that fall before then are left out, and not made up for.
    </UntilDialog>
  )
}
