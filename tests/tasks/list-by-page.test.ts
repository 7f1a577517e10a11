import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

test('a page says how many tasks there are in all, and may not be stored', async () => {
  for (const name of ['one', 'two', 'three']) await send(owner, 'POST', '/tasks', { ...farTask, name })
  const { body, headers } = await send(owner, 'GET', '/tasks?pageNumber=1&count=2')
  expect(body.map((task: { name: string }) => task.name)).toEqual(['one'])
  expect(headers.get('x-total-count')).toBe('3')
  expect(headers.get('cache-control')).toBe('no-store')
})
