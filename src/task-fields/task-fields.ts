import { connectionFields } from './connection-fields.ts'
import { endFields } from './end-fields.ts'
import { identityFields } from './identity-fields.ts'
import { limitFields } from './limit-fields.ts'
import { pauseFields } from './pause-fields.ts'
import { requestFields } from './request-fields.ts'
import { targetFields } from './target-fields.ts'
import type { TaskField } from './task-field.ts'
import { timeFields } from './time-fields.ts'

/** The fields of a task, in the order in which they are stored, hashed and returned. */
export const taskFields = {
  ...requestFields,
  ...timeFields,
  ...limitFields,
  ...endFields,
  ...pauseFields,
  ...targetFields,
  ...connectionFields,
  ...identityFields,
} as const satisfies Readonly<Record<string, TaskField>>
