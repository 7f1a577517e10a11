import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { hostParameter } from '../task-fields/host-parameter.ts'
import { isStorable, isWithin } from '../task-fields/limits.ts'
import { LabelParameter } from '../task-fields/one-label.ts'
import { atLeastOne, namePattern } from '../task-fields/openapi-patterns.ts'

const longestReason = 500
FormatRegistry.Set('silence-reason', (text) => /\S/.test(text) && isWithin(text, longestReason) && isStorable(text))

/** Schema of the body that creates a silence. */
export const AlertSilenceCreate = Type.Object(
  {
    host: Type.Optional({
      ...hostParameter,
      description:
        'a host of the target of the task, as host for any port, or as host:port for one that is not the usual port; an IPv6 address in brackets',
    }),
    label: Type.Optional({
      ...LabelParameter,
      description: `${LabelParameter.description}: a label that the task has now`,
    }),
    until: { ...Time, description: `${Time.description}, in the future` },
    reason: Type.String({
      format: 'silence-reason',
      documented: { minLength: 1, maxLength: longestReason, pattern: namePattern },
      description: `a text of 1 to ${longestReason} characters without NUL: why`,
    }),
  },
  {
    $id: 'AlertSilenceCreate',
    additionalProperties: false,
    documented: atLeastOne(['host', 'label']),
    description: 'a JSON object',
    examples: [{ host: 'db.example.com', until: '2099-11-29T08:00:00Z', reason: 'New disks, until about eight' }],
  },
)

/** Schema of a silence. */
export const AlertSilence = Type.Object(
  {
    id: Id,
    host: nullable(Type.String(), 'in lower case; null for any'),
    label: nullable(Type.String(), 'as NAME=VALUE; null for any. With a host too both must match'),
    until: { ...Time, description: 'until when nothing is sent' },
    reason: Type.String(),
    actor: Type.String({ description: 'who it was: token or command_line' }),
    principal: nullable(Type.String(), 'which token, or which user of the machine, as in the audit'),
    created_at: Time,
  },
  { $id: 'AlertSilence' },
)

/** Schema of one page of silences. */
export const AlertSilencePage = cursorPageSchema(AlertSilence, 'AlertSilencePage')

/** A silence as the API returns it. */
export type AlertSilence = Static<typeof AlertSilence>
/** A silence to be created. */
export type AlertSilenceCreate = Static<typeof AlertSilenceCreate>
