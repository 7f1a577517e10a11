import type { CalendarPut, ListedCalendar, SetCalendar, WholeCalendar } from '../../calendars/model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

export type { CalendarPut, ListedCalendar, SetCalendar, WholeCalendar }

/** A day that is not as the weekend of its calendar says. */
export type CalendarDay = WholeCalendar['days'][number]

/** A weekday, such as `sunday`. */
export type Weekday = WholeCalendar['weekend'][number]

/** As many as a service may have. */
const pageLimit = 100
const pathOf = (name: string) => `/calendars/${encodeURIComponent(name)}`

/** Lists the calendars of the service, all of them, without their days. */
export async function listCalendars(signal: AbortSignal): Promise<readonly ListedCalendar[]> {
  const path = `/calendars?${query({ limit: pageLimit })}`
  return (await send<CursorPage<ListedCalendar>>('GET', path, { signal })).body.records
}

/** Reads a calendar with its days. @throws ApiError, 404 if there is none */
export async function readCalendar(name: string, signal?: AbortSignal): Promise<WholeCalendar> {
  return (await send<WholeCalendar>('GET', pathOf(name), { signal })).body
}

/**
 * Sets a whole calendar; with `dry_run` it only says what would be.
 * @throws ApiError, 400 with an error for each invalid field, 409 if days leave a task without a run
 */
export async function writeCalendar(name: string, body: CalendarPut): Promise<SetCalendar> {
  const doubt = { doubt: 'Duly did not answer. Nothing was to be changed: trying again is safe.' }
  return (await send<SetCalendar>('PUT', pathOf(name), { body, ...(body.dry_run && doubt) })).body
}

/** Deletes a calendar. @throws ApiError, 404 if there is none, 409 if tasks use it */
export async function deleteCalendar(name: string): Promise<void> {
  await send('DELETE', pathOf(name))
}
