import { timeInRoute } from '../client/route.ts'

/** The times between which runs of an hour or a day are listed. @param length in ms */
export const spanOf = (at: string, length: number) => ({
  from: timeInRoute(Date.parse(at)),
  to: timeInRoute(Date.parse(at) + length),
})
