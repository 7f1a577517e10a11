import { allTasksRoute, hrefOf } from '../client/route.ts'
import { othersThan, session } from '../client/session.ts'
import { SwitchButton } from './switch-button.tsx'

/** Shown for a task that does not exist and for one of another service; the API does not distinguish them. */
export function NoSuchTask() {
  const now = session.value
  const others = othersThan(now.kind === 'out' ? undefined : now.serviceId)
  return (
    <>
      <h1>No such task</h1>
      <p class="empty">
        This service has no task at this address: it was deleted, or it belongs to another service.{' '}
        <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
      </p>
      {others.length > 0 && (
        <p>
          Look for it in{' '}
          {others.map((one) => (
            <SwitchButton key={one.serviceId} to={one} stay />
          ))}
        </p>
      )}
    </>
  )
}
