import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError } from '../http/errors.ts'
import { inUse } from '../http/in-use.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { toCalendar } from './input.ts'
import { CalendarName, CalendarPage, CalendarPut, maxCalendars, SetCalendar, WholeCalendar } from './model.ts'
import { calendarPosition, findCalendar, listBatch } from './queries.ts'
import { deleteCalendar, putCalendar } from './writes.ts'

const oneCalendar = Type.Object({ calendarName: CalendarName })

const changeFirst = 'Give them another calendar, or none, first.'

const notFound = () => new ApiError('calendar_not_found', 'There is no calendar with this name.')

/** Creates the routes for calendars: list, get, set and delete. */
export function calendarRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'calendars', prefix: '/calendars', normalize: false, tags: ['calendars'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: calendarPosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute('listCalendars', 'List the calendars of the service, by name, without their days', CalendarPage),
    )
    .get(
      '/:calendarName',
      async ({ serviceId, params: { calendarName } }) => {
        const calendar = await findCalendar(sql, serviceId, calendarName)
        if (!calendar) throw notFound()
        return calendar
      },
      {
        params: oneCalendar,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getCalendar',
          'Get a calendar with its days',
          { status: 200, description: 'The calendar.', schema: WholeCalendar },
          [400, 404],
        ),
      },
    )
    .put(
      '/:calendarName',
      async ({ caller, params: { calendarName }, body, set }) => {
        const { calendar, leftOut } = await toCalendar(calendarName, body, Date.now())
        const written = await putCalendar(sql, caller, calendar, body.dry_run ?? false)
        if (!written)
          throw new ApiError(
            'too_many_calendars',
            `A service may have ${maxCalendars} calendars, and this one has as many: delete one first.`,
          )
        if (written.isNew && !body.dry_run) set.status = 201
        return { ...written.calendar, moved_tasks: written.moved_tasks, left_out: leftOut }
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneCalendar,
        query: noQuery,
        scope: 'write',
        body: CalendarPut,
        detail: operation(
          'setCalendar',
          'Set a calendar: its weekend and the days that are not as it says',
          {
            status: 200,
            description: 'The calendar was there, and is this now; or with `dry_run`, would be.',
            schema: SetCalendar,
          },
          [400, 409, 413, 415],
          { status: 201, description: 'The new calendar.', schema: SetCalendar },
        ),
      },
    )
    .delete(
      '/:calendarName',
      async ({ caller, params: { calendarName } }) => {
        const result = await deleteCalendar(sql, caller, calendarName)
        if (!result) throw notFound()
        if (!result.deleted) throw inUse('calendar_in_use', `the calendar ${calendarName}`, result, changeFirst)
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneCalendar,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteCalendar',
          'Delete a calendar that no task uses',
          { status: 204, description: 'It is gone.' },
          [400, 404, 409],
        ),
      },
    )
}
