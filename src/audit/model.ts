import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { pageSchema } from '../http/page.ts'
import { actions } from './actions.ts'

const Fields = Type.Object(
  {},
  { $id: 'FieldValues', additionalProperties: true, description: 'values of fields, by name' },
)

/** Schema of an audit entry: one change of a task, of a service or of what else belongs to it. */
export const AuditEntry = Type.Object(
  {
    id: Id,
    at: Time,
    task_id: nullable(Id, 'null where something other than a task was changed'),
    name: Type.String({
      description:
        'of what was changed, as it is since: the task, the service (also for its first token), the token, the secret, the TLS profile, the signing key (its id), the task set or the channel; of an alert policy what it is for, of an alert its kind and task, of a silence what it is of',
    }),
    action: Type.String({
      description: `one of ${actions.join(', ')}; after of task_run (a run by hand) and of execution_stopped names the execution`,
    }),
    actor: Type.String({
      description: 'one of token (a request with it), command_line, server (its start, and the end of a pause)',
    }),
    principal: nullable(
      Type.String(),
      "which token, by its name or, for the service's first one, by the first 8 hex digits of its SHA-256; or which user of the machine",
    ),
    address: nullable(Type.String(), 'where the request came from'),
    user_agent: nullable(Type.String(), 'what sent the request, as it called itself'),
    request_id: nullable(Type.String(), 'the X-Request-Id of the answer'),
    before: nullable(Fields, 'the fields that changed, as they were'),
    after: nullable(Fields, 'the fields that changed, as they are since'),
    secrets: Type.Array(Type.String(), {
      description:
        'names of the secret headers, or of a channel its url and secret, whose values were set: before and after do not show them',
    }),
  },
  { $id: 'AuditEntry' },
)

/** Schema of one page of audit entries. */
export const AuditPage = pageSchema(AuditEntry, 'AuditPage')

/** Schema of a page of audit entries that a cursor leads on from. */
export const AuditCursorPage = cursorPageSchema(AuditEntry, 'AuditCursorPage')

/** An audit entry as the API returns it. */
export type AuditEntry = Static<typeof AuditEntry>
