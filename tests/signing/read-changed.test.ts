import { beforeEach, expect, test } from 'bun:test'
import { readChangedKeys } from '../../src/signing/read-changed.ts'
import { createAccount } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { schedulerSql } from '../support/scheduler.ts'
import { insertSigningKey } from '../support/signing.ts'

let service: string
beforeEach(async () => {
  await emptyDatabase()
  service = (await createAccount()).id
})

const fromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
const read = async (since: string) => (await readChangedKeys(schedulerSql, since)).keys.map(({ id }) => id)
/** A key that was changed this many seconds ago. */
const changed = async (secondsAgo: number, expires_at: string | null = null) => {
  const { id } = await insertSigningKey(service, { expires_at })
  await sql`update signing_key set changed_at = now() - ${secondsAgo}::integer * interval '1 second' where id = ${id}`
  return id
}

test('a read of all keys leaves out those that have expired, a later one has them', async () => {
  const valid = await changed(1)
  const expired = await changed(1, fromNow(-1))
  expect(await read('-infinity')).toEqual([valid])
  expect((await read(fromNow(-1))).toSorted()).toEqual([valid, expired].toSorted())
})

test('a later read begins some seconds before the last, for what was committed late, and no earlier', async () => {
  const late = await changed(10)
  await changed(60)
  expect(await read(fromNow(0))).toEqual([late])
})

test('when the clock of the database was set back since the last read, its time counts', async () => {
  const id = await changed(5)
  expect(await read(fromNow(3_600))).toEqual([id])
})

test('it tells the time of the database, and where the next read begins', async () => {
  expect(Math.abs((await readChangedKeys(schedulerSql, '-infinity')).now - Date.now())).toBeLessThan(2_000)
  const { at } = await readChangedKeys(schedulerSql, '-infinity')
  expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(2_000)
})
