import { allTasksRoute, hrefOf } from '../client/route.ts'

/** For a task that was deleted, and for one of another service: the two look the same. */
export function NoSuchTask() {
  return (
    <>
      <h1>No such task</h1>
      <p class="empty">
        This service has no task at this address: it was deleted, or it belongs to another service.{' '}
        <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
      </p>
    </>
  )
}
