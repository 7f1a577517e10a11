import { deleteCalendar } from '../client/calendars.ts'
import { tasksOfCalendarRoute } from '../client/used-routes.ts'
import { UsedDelete } from '../parts/used-delete.tsx'

interface DeleteProps {
  readonly name: string
  onDeleted(): void
  onCancel(): void
}

/** A dialog that deletes a calendar. */
export function CalendarDelete({ name, onDeleted, onCancel }: DeleteProps) {
  return (
    <UsedDelete
      name={name}
      noun="calendar"
      tasks={tasksOfCalendarRoute(name)}
      remove={() => deleteCalendar(name)}
      onDeleted={onDeleted}
      onCancel={onCancel}
    >
      Its days are lost. A calendar that tasks use is not deleted: give them another one, or none, first.
    </UsedDelete>
  )
}
