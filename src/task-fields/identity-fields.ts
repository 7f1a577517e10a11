import { Type } from '@sinclair/typebox'
import { nullable } from '../formats/schema.ts'
import { Key } from './identity.ts'
import { checkLabels, labelLimits } from './labels.ts'
import { storablePattern } from './openapi-patterns.ts'
import type { TaskField } from './task-field.ts'

/** The fields by which clients name and group tasks. */
export const identityFields = {
  key: {
    column: 'text',
    domain: 'task_key_text',
    input: nullable(Key),
    output: nullable(
      Type.String(),
      'the name that the client gave the task, unique in its service: its address is /tasks/by-key/{key}',
    ),
    default: null,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: { flags: '--key <key>', help: 'name of the task for programs, unique in the service', reads: 'text' },
  },
  labels: {
    column: 'jsonb',
    domain: 'task_labels',
    input: Type.Object(
      {},
      {
        additionalProperties: Type.String({
          documented: { maxLength: labelLimits.value, pattern: storablePattern },
          description: `a string of at most ${labelLimits.value} characters`,
        }),
        documented: { maxProperties: labelLimits.count },
        description: `an object of labels, name to value, at most ${labelLimits.count}`,
      },
    ),
    output: Type.Object({}, { additionalProperties: Type.String(), description: 'labels, name to value' }),
    default: {},
    storedAsNull: '{}',
    check: checkLabels,
    audit: 'value',
    isClaimed: false,
    isHashedAtDefault: false,
    option: {
      flags: '--label <name=value>',
      help: 'label, such as team=billing; may be given several times',
      reads: 'labels',
    },
  },
} as const satisfies Readonly<Record<string, TaskField>>
