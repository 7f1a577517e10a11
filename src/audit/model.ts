import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { pageSchema } from '../http/page.ts'

const fields = () => Type.Object({}, { additionalProperties: true })

/** Schema of an audit entry: one change of a task, of a service or of a token. */
export const AuditEntry = Type.Object(
  {
    id: Id,
    at: Time,
    task_id: nullable(Id, 'null where the service itself or one of its tokens was changed'),
    name: Type.String({
      description:
        'of the task, the service or, where one of its further tokens was created or deleted, the token, as it is since',
    }),
    action: Type.String({
      description:
        'one of task_created, task_updated, task_deleted, service_created, service_deleted, token_rotated, token_created, token_deleted',
    }),
    actor: Type.String({ description: 'one of token (a request with it), command_line, server (its start)' }),
    principal: nullable(
      Type.String(),
      "which token, by its name or, for the service's first one, by the first 8 hex digits of its SHA-256; or which user of the machine",
    ),
    address: nullable(Type.String(), 'where the request came from'),
    user_agent: nullable(Type.String(), 'what sent the request, as it called itself'),
    request_id: nullable(Type.String(), 'the X-Request-Id of the answer'),
    before: nullable(fields(), 'the fields that changed, as they were'),
    after: nullable(fields(), 'the fields that changed, as they are since'),
    secrets: Type.Array(Type.String(), {
      description: 'names of the secret headers whose values were set: before and after do not show them',
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
