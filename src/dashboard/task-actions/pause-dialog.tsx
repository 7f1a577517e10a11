import { ApiError } from '../client/api.ts'
import { changeMany, type NamedTask } from '../client/bulk.ts'
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
  readonly tasks: readonly NamedTask[]
  onPaused(): void
  onCancel(): void
}

/** Asks until when tasks are paused. Escape cancels. */
export function PauseDialog({ tasks, onPaused, onCancel }: PauseProps) {
  const [first] = tasks
  const subject = tasks.length === 1 && first ? `“${first.name}”` : counted(tasks.length, 'task')
  const pause = async (until: string) => {
    const { updated, left_out } = await changeMany(
      tasks.map(({ id }) => id),
      'paused',
      until,
    )
    const [left] = left_out
    if (updated === 0 && left) throw new ApiError(409, left.message)
    const names = left_out.map(({ name, id }) => `“${name ?? id}”`).join(', ')
    const rest = left ? ` Left out ${counted(left_out.length, 'task')}: ${names}. ${left.message}` : ''
    showToast(`Paused ${left ? counted(updated, 'task') : subject} until ${localTime(until)}.${rest}`)
    onPaused()
  }
  const title = `Pause ${subject} until…`
  return (
    <UntilDialog name="pause" title={title} choices={choices} verb="Pause" onChosen={pause} onCancel={onCancel}>
      Runs of an interval or a pattern that fall before then are left out, and not made up for.
    </UntilDialog>
  )
}
