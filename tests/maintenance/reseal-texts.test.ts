import { beforeEach, expect, test } from 'bun:test'
import { sealStored } from '../../src/maintenance/reseal.ts'
import { createKey, keyIdOf, type SecretKey } from '../../src/secrets/key.ts'
import { countByKey } from '../../src/secrets/queries.ts'
import { placeOf, sealedColumns } from '../../src/secrets/sealed-columns.ts'
import { createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { secrets, secretsUnder } from '../support/secrets.ts'
import { insertSigningKey } from '../support/signing.ts'

beforeEach(emptyDatabase)

const [old] = (secrets.keyring?.keys() ?? []) as [SecretKey]
const next = createKey()
const both = secretsUnder([next, old])

test('every column of sealed values is in the list by which keys are rotated', async () => {
  const columns = await sql<{ name: string }[]>`
    select table_name || '.' || column_name as name
    from information_schema.columns
    where table_schema = 'public'
      and column_name ~ 'seal|secret|private|encrypt'
      and data_type in ('text', 'jsonb', 'bytea', 'json', 'character varying')
      and table_name || '.' || column_name <> 'audit.secrets'`
  const listed = ['task.secret_header', ...sealedColumns.map(({ table, column }) => `${table}.${column}`)]
  expect(columns.map(({ name }) => name).toSorted()).toEqual(listed.toSorted())
})

test('named secrets are sealed with the new key, keep their version, and open with it alone', async () => {
  const account = await createAccount()
  const names = Array.from({ length: 120 }, (_, index) => `N${index}`)
  await Promise.all(names.map((name) => send(account, 'PUT', `/secrets/${name}`, { value: `geheim ${name}` })))
  const before = await sql`select name, version, updated_at from secret order by name`
  expect(await countByKey(sql)).toEqual([{ key_id: old.id, tasks: 0, others: 120 }])
  expect(await sealStored(sql, both, [next.id])).toMatchObject({ sealed: 0, others: 120 })
  expect(await countByKey(sql)).toEqual([{ key_id: next.id, tasks: 0, others: 120 }])
  expect(await sql`select name, version, updated_at from secret order by name`).toEqual(before)
  for (const { name, sealed } of await sql<{ name: string; sealed: string }[]>`select name, sealed from secret`)
    expect(secretsUnder([next]).openText(placeOf('secret', account.id, name), sealed, '')).toBe(`geheim ${name}`)
  expect((await sealStored(sql, both, [next.id])).others).toBe(0)
})

test('a value whose key is missing is reported and left as it is', async () => {
  const account = await createAccount()
  await send(account, 'PUT', '/secrets/A', { value: 'geheim' })
  const alone = secretsUnder([next])
  expect(await sealStored(sql, alone, [next.id])).toMatchObject({ others: 0, unopened: new Map([[old.id, 1]]) })
  const [row] = await sql<{ sealed: string }[]>`select sealed from secret`
  expect(keyIdOf(row?.sealed ?? '')).toBe(old.id)
})

test('signing keys are sealed with the new key, and sign as before', async () => {
  const account = await createAccount()
  const { id, secret } = await insertSigningKey(account.id)
  expect(await sealStored(sql, both, [next.id])).toMatchObject({ others: 1 })
  const [row] = await sql<{ sealed: string }[]>`select sealed from signing_key`
  expect(secretsUnder([next]).openText(placeOf('signing_key', account.id, id), row?.sealed ?? '', '')).toBe(secret)
})
