import { hrefOf } from '../client/route.ts'
import { calendarsRoute } from '../client/used-routes.ts'

/** The way back from the screen of one calendar to all of them. */
export const Trail = () => (
  <p class="trail">
    <a href={hrefOf(calendarsRoute)}>Calendars</a>
  </p>
)
