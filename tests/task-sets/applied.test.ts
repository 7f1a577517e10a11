import { expect, test } from 'bun:test'
import { createKey } from '../../src/secrets/key.ts'
import { driftOf } from '../../src/task-sets/applied.ts'
import type { CandidateTask } from '../../src/task-sets/read-set.ts'
import { hashOf } from '../../src/task-sets/secret-values.ts'
import { secretsUnder } from '../support/secrets.ts'

const [first, second] = [createKey(), createKey()]
const schedule = { scheduled_at: null, frequency: null, unit: null, cron: '0 5 * * *', time_zone: 'UTC' }
const header = { Authorization: '********' }
const applied = {
  fields: { ...schedule, header },
  secrets: { authorization: hashOf(secretsUnder([first]), 'Bearer one') },
}

test.each([
  ['the same value after the key was exchanged', [second, first], 'Bearer one', []],
  ['another value after the key was exchanged', [second, first], 'Bearer two', ['header']],
  ['the same value after the earlier key was removed', [second], 'Bearer one', []],
  ['another value under the same key', [first], 'Bearer two', ['header']],
] as const)('%s', (_, keys, value, drifted) => {
  const task = { ...schedule, header, given_at: null, version: 2 } as unknown as CandidateTask
  const member = { applied, applied_version: 1, task }
  expect([...driftOf(secretsUnder([...keys]), member, () => new Map([['authorization', value]]), 0)]).toEqual([
    ...drifted,
  ])
})
