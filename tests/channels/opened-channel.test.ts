import { beforeEach, expect, test } from 'bun:test'
import { openChannel, type SealedChannel } from '../../src/channels/opened-channel.ts'
import { sealStored } from '../../src/maintenance/reseal.ts'
import { createKey, type SecretKey } from '../../src/secrets/key.ts'
import { SealedError } from '../../src/secrets/secrets.ts'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { secrets, secretsUnder } from '../support/secrets.ts'

beforeEach(emptyDatabase)

const [old] = (secrets.keyring?.keys() ?? []) as [SecretKey]
const stored = (id: string) => sql<[SealedChannel & { updated_at: string }]>`select * from channel where id = ${id}`

test('channels are sealed with a new key, are not changed by that, and open with it alone', async () => {
  const account = await createAccount()
  const hook = { kind: 'webhook', url: 'https://a.example/hook' }
  const ids: string[] = []
  for (let n = 0; n < 3; n++)
    ids.push((await send(account, 'POST', '/channels', { ...hook, name: `channel ${n}` })).body.id)
  const mail = { name: 'mail', kind: 'email', addresses: ['ops@example.com'] }
  await send(account, 'POST', '/channels', mail)
  const before = await sql`select id, updated_at from channel order by id`
  const next = createKey()
  expect(await sealStored(sql, secretsUnder([next, old]), [next.id])).toMatchObject({ others: 3 })
  expect(await sql`select id, updated_at from channel order by id`).toEqual(before)
  for (const id of ids) {
    const [row] = await stored(id)
    expect(openChannel(secretsUnder([next]), row)).toMatchObject({ url: hook.url, secrets: [expect.any(String)] })
  }
})

test('what is sealed for one channel does not open for another one', async () => {
  const account = await createAccount()
  const hook = { kind: 'webhook', url: 'https://a.example/hook' }
  const { body: one } = await send(account, 'POST', '/channels', { ...hook, name: 'one' })
  const { body: two } = await send(account, 'POST', '/channels', { ...hook, name: 'two' })
  const [from] = await stored(one.id)
  const [to] = await stored(two.id)
  expect(() => openChannel(secrets, { ...to, sealed: from.sealed })).toThrow(SealedError)
})
