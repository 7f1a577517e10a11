import { allTasksRoute, hrefOf } from '../client/route.ts'

/** The screen for an address that belongs to no other. */
export function NotFoundScreen() {
  return (
    <>
      <h1>No such page</h1>
      <p class="empty">
        There is nothing at this address. <a href={hrefOf(allTasksRoute)}>Show all tasks</a>.
      </p>
    </>
  )
}
