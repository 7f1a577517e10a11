import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { type Label, LabelParameter, readLabel } from '../task-fields/one-label.ts'
import { deleteLabelRetention, readLabelRetention, setLabelRetention, tooManyLabels } from './label-retention.ts'
import {
  LabelRetention,
  RetentionPut,
  readOwnDays,
  retentionFaults,
  type ServerDays,
  withKept,
} from './retention-model.ts'

const notFound = () =>
  new ApiError('label_retention_not_found', 'The service has set no retention for this label: its own days hold.')

const params = Type.Object({ label: LabelParameter })
const labelOf = ({ label }: { label: string }) => readLabel(label) as Label

/**
 * Creates the routes of /labels/{label}/retention: for how long executions of the tasks with a label are kept.
 * @param server for how long the server keeps executions
 */
export function labelRetentionRoutes(sql: Sql, authenticate: Authenticate, server: ServerDays) {
  return new Elysia({ name: 'label-retention', normalize: false, tags: ['service'] })
    .use(requireService(authenticate))
    .get(
      '/labels/:label/retention',
      async ({ serviceId, params }) => {
        const days = await readLabelRetention(sql, serviceId, labelOf(params))
        if (!days) throw notFound()
        return withKept({ label: params.label, ...days }, server)
      },
      {
        params,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getLabelRetention',
          'Get for how long executions of the tasks with a label are kept',
          { status: 200, description: 'What is set for the label, and what holds.', schema: LabelRetention },
          [400, 404],
        ),
      },
    )
    .put(
      '/labels/:label/retention',
      async ({ caller, params, body, set }) => {
        const days = readOwnDays(body)
        const faults = retentionFaults(days, server)
        if (faults.length > 0) throw invalid(faults)
        const written = await setLabelRetention(sql, caller.serviceId, labelOf(params), days, caller.actor())
        if (!written) throw new ApiError(401, 'The service of this token was deleted.')
        if (!written.is_written) throw new ApiError('too_many_label_retentions', tooManyLabels)
        if (!written.existed) set.status = 201
        return withKept({ label: params.label, ...days }, server)
      },
      {
        parse: readBody(authenticate, mebibyte),
        params,
        query: noQuery,
        scope: 'write',
        body: RetentionPut,
        detail: operation(
          'setLabelRetention',
          'Set for how long executions of the tasks with a label are kept, in place of the days of the service. What is left out is as the server says',
          { status: 200, description: 'The label had days, and has these now.', schema: LabelRetention },
          [400, 409, 413, 415],
          { status: 201, description: 'The label has days of its own now.', schema: LabelRetention },
        ),
      },
    )
    .delete(
      '/labels/:label/retention',
      async ({ caller, params }) => {
        if (!(await deleteLabelRetention(sql, caller.serviceId, labelOf(params), caller.actor()))) throw notFound()
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteLabelRetention',
          'Take back what was set for a label',
          { status: 204, description: 'It is gone: the days of another label, or of the service, hold.' },
          [400, 404],
        ),
      },
    )
}
