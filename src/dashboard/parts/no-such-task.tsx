import { allTasksRoute, hrefOf } from '../client/route.ts'
import { LookElsewhere } from './look-elsewhere.tsx'

/** Shown for a task that does not exist and for one of another service; the API does not distinguish them. */
export function NoSuchTask() {
  return (
    <>
      <h1>No such task</h1>
      <p class="empty">
        This service has no task at this address: it was deleted, or it belongs to another service.{' '}
        <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
      </p>
      <LookElsewhere />
    </>
  )
}
