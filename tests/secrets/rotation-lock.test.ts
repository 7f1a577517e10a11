import { expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { underRotationLock } from '../../src/secrets/queries.ts'
import { testDatabaseUrl } from '../support/database.ts'

test('one rotation runs at a time, and no lock remains on its session afterwards', async () => {
  const options = { max: 1, statementTimeoutSeconds: 0, name: 'duly test rotation', unchecked: true }
  const [one, other] = [connect(testDatabaseUrl, options), connect(testDatabaseUrl, options)]
  const during: boolean[] = []
  const first = await underRotationLock(one, async () => {
    during.push(await underRotationLock(other, async () => {}))
  })
  expect({ first, during }).toEqual({ first: true, during: [false] })
  await expect(underRotationLock(one, () => Promise.reject(new Error('a failure')))).rejects.toThrow('a failure')
  expect(await underRotationLock(other, async () => {})).toBe(true)
  await Promise.all([one, other].map((pool) => pool.end()))
})
