import { beforeEach, expect, test } from 'bun:test'
import type { Sql } from '../../src/database/sql.ts'
import { sealStored } from '../../src/maintenance/reseal.ts'
import { createKey, keyIdOf, type SecretKey } from '../../src/secrets/key.ts'
import { countByKey } from '../../src/secrets/queries.ts'
import type { Secrets } from '../../src/secrets/secrets.ts'
import { createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { secrets, secretsUnder } from '../support/secrets.ts'

const [first, second] = [createKey(), createKey()]
beforeEach(emptyDatabase)

const json = (value: object) => sql.json(value as never) as never
const clear = () => insertTask({ header: json({ Authorization: 'Bearer geheim', Accept: '*/*' }), payload: 'stays' })

const opened = async (secrets: Secrets, task: TestTask) => {
  const { secret_header } = await taskRow(task)
  return Object.fromEntries(secrets.open({ service_id: task.service_id, task_id: task.id }, secret_header))
}

test('what is stored in clear is sealed once, and the task is the same version', async () => {
  const secrets = secretsUnder([first])
  const [task, plain] = [await clear(), await insertTask({ header: json({ Accept: '*/*' }) })]
  const before = await taskRow(task)
  expect(await sealStored(sql, secrets, [first.id])).toMatchObject({ sealed: 1, unopened: new Map() })
  const after = await taskRow(task)
  expect(after.header).toEqual({ Authorization: '********', Accept: '*/*' })
  expect(await opened(secrets, task)).toEqual({ authorization: 'Bearer geheim' })
  expect({ ...after, header: null, secret_header: null }).toEqual({ ...before, header: null, secret_header: null })
  expect((await taskRow(plain)).secret_header).toBeNull()
  expect((await sealStored(sql, secrets, [first.id])).sealed).toBe(0)
})

test('names that only the rule of redirects knew before are sealed where they are stored in clear', async () => {
  const header = { 'X-Signing-Key': 'a', 'X-Session-Id': 'b', 'Idempotency-Key': 'c', Accept: 'd' }
  const task = await insertTask({ header: json(header) })
  await sealStored(sql, secretsUnder([first]), [first.id])
  const masked = { ...header, 'X-Signing-Key': '********', 'X-Session-Id': '********' }
  expect((await taskRow(task)).header).toEqual(masked)
})

test('another list of names seals what it adds, and what a shorter one lets go stays sealed', async () => {
  const task = await insertTask({ header: json({ Authorization: 'a', 'X-Stamp': 'b' }) })
  await sealStored(sql, secretsUnder([first], ['x-stamp']), [first.id])
  expect((await taskRow(task)).header).toEqual({ Authorization: '********', 'X-Stamp': '********' })
  const shorter = secretsUnder([second, first])
  expect((await sealStored(sql, shorter, [second.id])).sealed).toBe(1)
  expect((await taskRow(task)).header).toEqual({ Authorization: '********', 'X-Stamp': '********' })
  expect(await opened(shorter, task)).toEqual({ authorization: 'a', 'x-stamp': 'b' })
})

test('with a new key everything is sealed anew, so that the old one opens nothing any more', async () => {
  const tasks = await Promise.all(Array.from({ length: 5 }, clear))
  await sealStored(sql, secretsUnder([first]), [first.id])
  expect(await countByKey(sql)).toEqual([{ key_id: first.id, tasks: 5, others: 0 }])
  const both = secretsUnder([second, first])
  expect((await sealStored(sql, both, [first.id, second.id])).sealed).toBe(0)
  expect((await sealStored(sql, both, [second.id])).sealed).toBe(5)
  expect(await countByKey(sql)).toEqual([{ key_id: second.id, tasks: 5, others: 0 }])
  for (const task of tasks)
    expect(await opened(secretsUnder([second]), task)).toEqual({ authorization: 'Bearer geheim' })
})

test('a missing key is reported with the number of tasks that need it, and the others are sealed', async () => {
  const lost = await clear()
  await sealStored(sql, secretsUnder([first]), [first.id])
  const other = await clear()
  const found = await sealStored(sql, secretsUnder([second]), [second.id])
  expect(found).toMatchObject({ sealed: 1, unopened: new Map([[first.id, 1]]) })
  expect(keyIdOf((await taskRow(lost)).secret_header.authorization)).toBe(first.id)
  expect(keyIdOf((await taskRow(other)).secret_header.authorization)).toBe(second.id)
})

test('every task is examined, however many there are', async () => {
  const task = await clear()
  await sql`
    insert into task (service_id, id, name, url, method, header, frequency, unit, scheduled_at)
    select service_id, gen_random_uuid(), name, url, method, header, frequency, unit, scheduled_at
    from task
    cross join generate_series(1, 12000)
    where id = ${task.id}`
  expect((await sealStored(sql, secretsUnder([first]), [first.id])).sealed).toBe(12_001)
  const [row] = await sql`select count(*)::int as clear from task where header ->> 'Authorization' <> '********'`
  expect(row?.clear).toBe(0)
})

test('audit entries from before a header name was secret are masked too', async () => {
  const account = await createAccount()
  const task = await createTask(account, { header: { 'X-Stamp': 'geheim-1', Accept: '*/*' } })
  const other = await createTask(account, { header: { 'X-Other': 'stays' } })
  await send(account, 'POST', `/tasks/${task.id}`, {
    header: { 'X-Stamp': 'geheim-2', Accept: '*/*' },
    name: 'New',
  })
  const audited = async () =>
    JSON.stringify(await sql`select task_id, before, after from audit where task_id is not null order by at`)
  const before = await audited()
  expect(before).toContain('geheim')
  await sealStored(sql, secretsUnder([first], ['x-stamp']), [first.id])
  const after = await audited()
  expect(after).toBe(before.replaceAll(/geheim-./g, '********'))
  expect(after).toContain('stays')
  expect((await sql`select header from task where id = ${other.id}`)[0]?.header).toEqual({ 'X-Other': 'stays' })
})

test('sealed values whose headers were removed by a version without secrets go', async () => {
  const task = await clear()
  await sealStored(sql, secretsUnder([first]), [first.id])
  await sql`update task set header = '{}' where id = ${task.id}`
  await sealStored(sql, secretsUnder([second, first]), [second.id])
  expect((await taskRow(task)).secret_header).toBeNull()
})

/** The database, in which somebody does something right before the first statement that has these words. */
function before(words: string, act: () => Promise<unknown>): Sql {
  let done = false
  return new Proxy(sql, {
    apply(target, self, args) {
      const statement = () => Reflect.apply(target, self, args)
      if (done || !String(args[0]).includes(words)) return statement()
      done = true
      return act().then(statement)
    },
  })
}

test('a task of which another header is changed meanwhile is sealed all the same', async () => {
  const account = await createAccount()
  const task = await createTask(account, { header: { Authorization: 'Bearer geheim', Accept: '*/*' } })
  const [old] = secrets.keyring?.keys() ?? []
  const both = secretsUnder([second, old as SecretKey])
  const change = () =>
    send(account, 'POST', `/tasks/${task.id}`, { header: { Authorization: '********', Accept: 'text/plain' } })
  expect(await sealStored(before('for update of task', change), both, [second.id])).toMatchObject({
    sealed: 1,
    skipped: 0,
  })
  const [row] = await sql`select header, secret_header from task where id = ${task.id}`
  expect(row?.header).toEqual({ Authorization: '********', Accept: 'text/plain' })
  expect(keyIdOf(row?.secret_header.authorization)).toBe(second.id)
})

test('sealing that is cut off half-way leaves nothing in the audit', async () => {
  const account = await createAccount()
  await createTask(account, { header: { 'X-Stamp': 'geheim-1' } })
  const list = secretsUnder([first], ['x-stamp'])
  for (const words of ['update audit', 'for update of task']) {
    const killed = sealStored(
      before(words, () => Promise.reject(new Error('killed'))),
      list,
      [first.id],
    )
    await expect(killed).rejects.toThrow('killed')
  }
  await sealStored(sql, list, [first.id])
  const [row] = await sql`select string_agg(audit::text, '') as text from audit`
  expect(row?.text).not.toContain('geheim')
})
