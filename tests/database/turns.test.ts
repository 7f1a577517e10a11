import { expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { Turns } from '../../src/database/turns.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { TransactionPooler } from '../support/transaction-pooler.ts'

test('turns are given in order, as many at once as there are connections', async () => {
  const turns = new Turns(2)
  expect([turns.take(), turns.take()]).toEqual([undefined, undefined])
  const order: number[] = []
  const waiting = [1, 2].map((number) => turns.take()?.then(() => order.push(number)))
  expect(waiting).not.toContain(undefined)
  for (const _ of waiting) turns.give()
  await Promise.all(waiting)
  expect(order).toEqual([1, 2])
  for (const _ of waiting) turns.give()
  expect(turns.take()).toBeUndefined()
})

test('statements of a pool that is pooled by transaction are never sent behind another one, and each gets its own answer', async () => {
  const { pooler, url } = await TransactionPooler.start(testDatabaseUrl)
  const sql = connect(url, { max: 2, statementTimeoutSeconds: 10, name: 'duly test turns', unchecked: true })
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      if (n % 3 === 0) return (await sql`select -1 as value`)[0]?.value
      if (n % 3 === 1) return (await sql`select ${n}::integer as value`)[0]?.value
      return sql.begin(async (own) => (await own`select ${[n, n]}::integer[] as value`)[0]?.value)
    }),
  )
  // One of two sessions is free each time, and is the one that the pooler gives.
  for (let n = 0; n < 10; n++) expect(await sql`select ${n}::integer as value`).toMatchObject([{ value: n }])
  expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? -1 : n % 3 === 1 ? n : [n, n])))
  expect({ behind: pooler.behind, changed: pooler.changes > 5 }).toEqual({ behind: 0, changed: true })
  await sql.end({ timeout: 1 })
  pooler.close()
})
