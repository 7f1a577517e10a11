import { afterAll, beforeAll, expect, test } from 'bun:test'
import { insertChannel, insertNotification } from '../support/alerts.ts'
import { type Account, createAccount } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { duly, endEverything } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import type { Service } from '../support/service.ts'

afterAll(endEverything)

let account: Account
let service: Service
beforeAll(async () => {
  await emptyDatabase()
  account = await createAccount()
  service = await startReplica(account, { env: { SCHEDULER_ENABLED: 'false' } })
})

const list = (...args: string[]) =>
  duly(['notification', 'list', ...args], {
    DULY_URL: service.base,
    SERVICE_ID: account.id,
    SERVICE_TOKEN: account.token,
  })

test('notifications are listed, newest first, by state and channel, as lines with tabs', async () => {
  const [ops, dev] = [
    await insertChannel(account.id, { name: 'ops' }),
    await insertChannel(account.id, { name: 'dev' }),
  ]
  const at = '2026-11-28T12:00:00Z'
  const [first, second] = [
    await insertNotification(ops, {
      created_at: at,
      target: 'a:1',
      due_at: null,
      given_up_at: at,
      error: 'it\u202e failed',
    }),
    await insertNotification(dev, { target: 'b:2' }),
  ]
  const line = (...cells: string[]) => `${cells.join('\t')}\n`
  const givenUp = line(first, at, 'ops', 'given_up', 'opened', 'failing', 'a:1', '0', 'it\\u{202e} failed')
  const { code, out, err } = await list()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toStartWith(second)
  expect(out).toEndWith(givenUp)
  expect((await list('--state', 'given_up')).out).toBe(givenUp)
  expect((await list('--channel', ops.id)).out).toBe(givenUp)
  expect((await list('--channel', dev.id, '--state', 'sent')).out).toBe('')
  expect(JSON.parse((await list('--limit', '1', '--json')).out)).toMatchObject([{ id: second, state: 'waiting' }])
  expect(await list('--state', 'open')).toMatchObject({ code: 2 })
})
