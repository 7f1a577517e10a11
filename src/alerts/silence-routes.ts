import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import type { Caller } from '../http/caller.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { readLabel } from '../task-fields/one-label.ts'
import { AlertSilence, AlertSilenceCreate, AlertSilencePage } from './silence-model.ts'
import { deleteSilence, findSilence, insertSilence, listBatch, maxSilences, silencePosition } from './silences.ts'

const oneSilence = Type.Object({ silenceId: Id })
const notFound = () => new ApiError('alert_silence_not_found', 'There is no silence with this id, or it is over.')

/** @throws ApiError 400 without a host and a label, and for an end that is past; 409 at the limit */
async function createSilence(sql: Sql, caller: Caller, body: AlertSilenceCreate): Promise<AlertSilence> {
  const { host, label, until, reason } = body
  if (host === undefined && label === undefined)
    throw invalid([{ path: '/host', message: 'is required, or label', code: 'required' }])
  const created = await insertSilence(sql, caller, {
    ...{ host, label: label === undefined ? undefined : readLabel(label), until: inUtc(until) as string, reason },
  })
  if (created === 'past') throw invalid([{ path: '/until', message: 'must be in the future' }])
  if (created !== 'full') return created
  throw new ApiError(
    'too_many_alert_silences',
    `A service may have ${maxSilences} silences at a time, and this one has as many: delete one first, or create one for a host or a label in place of many.`,
  )
}

/** Creates the routes of /alert-silences: until when nothing is sent about the alerts of a host or a label, open and new ones. */
export function silenceRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'alert-silences', prefix: '/alert-silences', normalize: false, tags: ['alerts'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          ...{ request, serviceId, query, list: [], position: silencePosition },
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute('listAlertSilences', 'List the silences that are not over, the next to end first', AlertSilencePage),
    )
    .post(
      '/',
      async ({ caller, body, set }) => {
        const created = await createSilence(sql, caller, body)
        set.status = 201
        set.headers.location = `/alert-silences/${created.id}`
        return created
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        body: AlertSilenceCreate,
        scope: 'write',
        detail: operation(
          'createAlertSilence',
          'Silence the alerts of a host, of a label, or of a label at a host until a time',
          {
            status: 201,
            description:
              'The silence. Nothing is sent about the alerts that it is of, open ones and those that open meanwhile. Of what is still open when it ends the channels are told then.',
            schema: AlertSilence,
            headers: { Location: { description: 'The address of the silence.', schema: { type: 'string' } } },
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .get(
      '/:silenceId',
      async ({ serviceId, params }) => {
        const silence = await findSilence(sql, serviceId, params.silenceId)
        if (!silence) throw notFound()
        return silence
      },
      {
        params: oneSilence,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getAlertSilence',
          'Get a silence',
          { status: 200, description: 'The silence.', schema: AlertSilence },
          [400, 404],
        ),
      },
    )
    .delete(
      '/:silenceId',
      async ({ caller, params }) => {
        if (!(await deleteSilence(sql, caller, params.silenceId))) throw notFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneSilence,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteAlertSilence',
          'End a silence',
          {
            status: 204,
            description:
              'It is over. The channels are told of what is still open, and of what has closed that they knew of.',
          },
          [400, 404],
        ),
      },
    )
}
