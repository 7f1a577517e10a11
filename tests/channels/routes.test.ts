import { beforeEach, expect, test } from 'bun:test'
import { openChannel, type SealedChannel } from '../../src/channels/opened-channel.ts'
import { giveUpDisabled } from '../../src/notifications/claim.ts'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { closeTestAlerts, insertNotification, openTestAlerts, passTime } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { outbound } from '../support/outbound.ts'
import { noSecrets, secrets } from '../support/secrets.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
})

const hook = { name: 'on call', kind: 'webhook', url: 'https://user-hooks.example:8443/T0/geheimer-pfad?k=1' }
const slack = { name: 'chat', kind: 'slack', url: 'https://hooks.slack.example/services/T0/B0/geheimer-pfad' }
const mail = { name: 'mail', kind: 'email', addresses: ['ops@example.com', 'Night.Shift+1@ops.example.com'] }

const create = (body: unknown, by = account) => send(by, 'POST', '/channels', body)
const change = (id: string, body: unknown, by = account) => send(by, 'POST', `/channels/${id}`, body)
const remove = (id: string, by = account) => send(by, 'DELETE', `/channels/${id}`)
const audit = async () => (await send(account, 'GET', '/audit')).body.records
/** The channel as messages are sent to it. */
async function opened(id: string, now?: number) {
  const [row] = await sql<SealedChannel[]>`select * from channel where id = ${id}`
  return openChannel(secrets, row as SealedChannel, now)
}
const textOfDatabase = async () => {
  const [row] = await sql`
    select concat(
      (select string_agg(channel::text, '') from channel), (select string_agg(audit::text, '') from audit)
    ) as text`
  return row?.text as string
}
const errorsOf = ({ body }: { body: { errors?: { path: string; message: string }[] } }) =>
  body.errors?.map(({ path, message }) => `${path} ${message}`)

test('a webhook is created with a secret that is shown once, and its URL is never shown', async () => {
  const { status, headers, body } = await create(hook)
  expect(status).toBe(201)
  expect(headers.get('location')).toBe(`/channels/${body.id}`)
  expect(body).toEqual({
    ...{ id: expect.any(String), name: 'on call', kind: 'webhook', shown: 'https://user-hooks.example:8443' },
    ...{ enabled: true, disabled_reason: null, disabled_at: null, last_ok_at: null, last_failed_at: null },
    ...{ last_error: null, created_at: expect.any(String), updated_at: expect.any(String) },
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
  })
  const { secret, ...shown } = body
  expect((await send(account, 'GET', `/channels/${body.id}`)).body).toEqual(shown)
  expect((await send(account, 'GET', '/channels')).body).toEqual({ records: [shown], next_cursor: null })
  expect(await opened(body.id)).toEqual({
    id: body.id,
    name: 'on call',
    kind: 'webhook',
    url: hook.url,
    secrets: [secret],
  })
  const stored = await textOfDatabase()
  for (const text of [stored, JSON.stringify(await audit())]) {
    expect(text).not.toContain('geheimer-pfad')
    expect(text).not.toContain(secret.slice(6))
  }
  expect((await audit())[0]).toMatchObject({
    ...{ action: 'channel_created', name: 'on call', before: null, secrets: ['url', 'secret'] },
    after: { name: 'on call', kind: 'webhook', shown: 'https://user-hooks.example:8443', enabled: true },
  })
})

test('a Slack-compatible channel has a secret URL and no key, and e-mail has its addresses', async () => {
  const [chat, letters] = [await create(slack), await create({ ...mail, enabled: false })]
  expect(chat.body).toMatchObject({ kind: 'slack', shown: 'https://hooks.slack.example' })
  expect(chat.body).not.toHaveProperty('secret')
  expect(letters.body).toMatchObject({
    ...{ kind: 'email', shown: 'ops@example.com, Night.Shift+1@ops.example.com', enabled: false },
    ...{ disabled_reason: 'somebody disabled it', disabled_at: expect.any(String) },
  })
  expect(await opened(chat.body.id)).toEqual({ id: chat.body.id, name: 'chat', kind: 'slack', url: slack.url })
  expect((await opened(letters.body.id)).addresses).toEqual(mail.addresses)
  expect((await send(account, 'GET', '/channels?limit=1')).body.records).toMatchObject([{ name: 'chat' }])
})

test('what a kind does not have, or this server does not send to, is refused', async () => {
  const refused = async (body: object) => {
    const answer = await create({ ...body, name: 'x' })
    expect([answer.status, (await send(account, 'GET', '/channels')).body.records]).toEqual([400, []])
    return errorsOf(answer)
  }
  expect(await refused({ kind: 'webhook' })).toEqual(['/url is required for a channel of the kind webhook'])
  expect(await refused({ kind: 'email' })).toEqual(['/addresses is required for a channel of the kind email'])
  expect(await refused({ ...hook, addresses: mail.addresses })).toEqual([
    '/addresses is only for channels of the kind email: give url',
  ])
  expect(await refused({ ...mail, url: hook.url })).toEqual([
    '/url is only for channels of the kinds webhook and slack: give addresses',
  ])
  expect(await refused({ ...hook, url: 'http://169.254.169.254/' })).toEqual([
    expect.stringMatching(/^\/url is refused by the outbound policy: 169\.254\.169\.254 is a link-local address/),
  ])
  expect(await refused({ ...hook, url: 'ftp://a.example/' })).toEqual([
    expect.stringMatching(/^\/url must begin with http/),
  ])
  expect(await refused({ kind: 'pager', url: hook.url })).toEqual(['/kind must be one of webhook, slack, email'])
  for (const address of ['a@b.example\r\nBcc: c@d.example', 'a', 'a b@c.example', '"a"@b.example', 'A <a@b.example>'])
    expect(await refused({ ...mail, addresses: ['ok@b.example', address] })).toHaveLength(1)
  for (const addresses of [
    [],
    Array.from({ length: 21 }, (_, index) => `a${index}@b.example`),
    ['a@b.example', 'a@b.example'],
  ])
    expect(await refused({ ...mail, addresses })).toHaveLength(1)
})

test('without SECRET_KEY there are no webhooks, without SMTP no e-mail, and e-mail goes to the listed domains only', async () => {
  const ask = async (parts: Parameters<typeof createTestApp>[0], body: object) => {
    const app = await createTestApp(parts)
    const headers = { service_id: account.id, token: account.token, 'content-type': 'application/json' }
    const request = new Request('http://localhost/channels', { method: 'POST', headers, body: JSON.stringify(body) })
    const response = await app.fetch(request)
    return [response.status, errorsOf({ body: (await response.json()) as object })]
  }
  expect(await ask({ secrets: noSecrets }, hook)).toEqual([
    400,
    ['/url can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY'],
  ])
  expect(await ask({ mail: { canSend: false, domains: undefined } }, mail)).toEqual([
    400,
    ['/addresses cannot be sent to: this server sends no e-mail, for which it must be given SMTP_URL and SMTP_FROM'],
  ])
  const domains = ['example.com']
  expect(await ask({ mail: { canSend: true, domains } }, mail)).toEqual([
    400,
    ['/addresses/1 must be of a domain to which this server sends: example.com (ALERT_EMAIL_DOMAINS)'],
  ])
  expect(await ask({ mail: { canSend: true, domains } }, { ...mail, addresses: ['a@EXAMPLE.com'] })).toEqual([
    201,
    undefined,
  ])
  const policy = outbound('public')
  expect((await ask({ policy }, { ...hook, name: 'y', url: 'http://127.0.0.1:9/' }))[0]).toBe(400)
})

test('a name is taken once in a service, and a service has 100 channels at most', async () => {
  const { body } = await create(mail)
  expect((await create({ ...slack, name: 'mail' })).body).toMatchObject({ code: 'channel_name_taken' })
  await sql`
    insert into channel (service_id, name, kind, shown, addresses)
    select ${account.id}, 'n' || number, 'email', 'a@b', '{a@b}' from generate_series(1, 98) number`
  const last = await create(hook)
  expect(last.status).toBe(201)
  expect((await create(slack)).body).toMatchObject({ code: 'too_many_channels' })
  expect((await create({ ...slack, name: 'mail' })).body).toMatchObject({ code: 'channel_name_taken' })
  expect((await change(last.body.id, { name: 'mail' })).body).toMatchObject({ code: 'channel_name_taken' })
  expect((await remove(body.id)).status).toBe(204)
  expect((await create(slack)).status).toBe(201)
})

test('enabling a channel clears why it was disabled, and disabling one keeps an earlier reason', async () => {
  const { body } = await create(hook)
  await sql`update channel set disabled_at = now(), disabled_reason = 'it answered 410', updated_at = '2020-01-01T00:00:00Z'`
  expect((await change(body.id, { enabled: false })).body).toMatchObject({ disabled_reason: 'it answered 410' })
  const { body: enabled } = await change(body.id, { enabled: true })
  expect(enabled).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null })
  expect(Date.parse(enabled.updated_at)).toBeGreaterThan(Date.now() - 60_000)
  const { body: disabled } = await change(body.id, { enabled: false })
  expect(disabled).toMatchObject({ enabled: false, disabled_reason: 'somebody disabled it' })
  expect((await audit()).slice(0, 3)).toMatchObject([
    { action: 'channel_updated', before: { enabled: true }, after: { enabled: false } },
    { action: 'channel_updated', before: { enabled: false }, after: { enabled: true } },
    { action: 'channel_created' },
  ])
})

test('a channel that is enabled is told what is open, and what waits for its next attempt is sent at once', async () => {
  const { body: channel } = await create(hook)
  await openTestAlerts(account.id)
  await change(channel.id, { enabled: false })
  await sql`update alert_group set due_at = null`
  await insertNotification({ service_id: account.id, id: channel.id }, { due_at: '2099-01-01T00:00:00Z' })
  await change(channel.id, { enabled: true })
  expect(await sql`select from alert_group where due_at <= now()`).toHaveLength(1)
  expect(await sql`select from notification where due_at <= now()`).toHaveLength(1)
})

test('a channel that is enabled is told what is open of which the notification was given up', async () => {
  const { body: channel } = await create(hook)
  const [id] = await openTestAlerts(account.id, { remind_hours: 24 })
  const [ended] = await openTestAlerts(account.id)
  const told = async () => {
    for (const group of await listDueGroups(sql, 10)) await tellGroup(sql, group)
    return sql`select type, body from notification where due_at is not null`
  }
  await passTime(30)
  expect(await told()).toMatchObject([{ type: 'opened', body: { opened: { count: 2 } } }])
  await change(channel.id, { enabled: false })
  await giveUpDisabled(sql, account.id)
  await closeTestAlerts(account.id, [ended as string])
  await change(channel.id, { enabled: true })
  expect(await told()).toMatchObject([
    { type: 'opened', body: { opened: { count: 1, alerts: [{ id }] }, closed: { count: 1 }, open: { count: 1 } } },
  ])
  // What was sent is not told again.
  await sql`update notification set due_at = null, sent_at = now() where due_at is not null`
  await change(channel.id, { enabled: false })
  await change(channel.id, { enabled: true })
  expect(await told()).toHaveLength(0)
})

test('name, URL and addresses change; what is the same already changes nothing', async () => {
  const [one, two] = [(await create(hook)).body, (await create(mail)).body]
  const same = await change(one.id, { name: hook.name, url: hook.url, enabled: true })
  const { secret, ...shown } = one
  expect(same.body).toEqual(shown)
  expect(await audit()).toHaveLength(3)
  const moved = await change(one.id, { url: 'http://elsewhere.example/geheimer-pfad', name: 'pager' })
  expect(moved.body).toMatchObject({ name: 'pager', shown: 'http://elsewhere.example' })
  expect(moved.body).not.toHaveProperty('secret')
  expect(await opened(one.id)).toMatchObject({ url: 'http://elsewhere.example/geheimer-pfad', secrets: [secret] })
  // Of a URL on the same host, that it has changed is all that is said.
  await change(one.id, { url: 'http://elsewhere.example/other' })
  await change(two.id, { addresses: ['a@b.example'] })
  expect(await audit()).toMatchObject([
    { after: { shown: 'a@b.example' }, secrets: [] },
    { action: 'channel_updated', before: {}, after: {}, secrets: ['url'] },
    {
      before: { name: 'on call', shown: 'https://user-hooks.example:8443' },
      after: { name: 'pager', shown: 'http://elsewhere.example' },
      secrets: ['url'],
    },
    { action: 'channel_created' },
    { action: 'channel_created' },
    { action: 'service_created' },
  ])
  expect(await textOfDatabase()).not.toContain('geheimer-pfad')
})

test('a rotated secret is shown once, and the one before signs for 24 hours more', async () => {
  const { body: one } = await create(hook)
  const { status, body: two } = await change(one.id, { rotate_secret: true })
  expect([status, two.secret]).toEqual([200, expect.stringMatching(/^whsec_/)])
  expect(two.secret).not.toBe(one.secret)
  const { body: three } = await change(one.id, { rotate_secret: true, url: 'https://b.example/' })
  expect(await opened(one.id)).toMatchObject({
    secrets: [three.secret, two.secret, one.secret],
    url: 'https://b.example/',
  })
  expect((await opened(one.id, Date.now() + 86_000_000)).secrets).toHaveLength(3)
  expect((await opened(one.id, Date.now() + 87_000_000)).secrets).toEqual([three.secret])
  expect((await change(one.id, { name: 'again' })).body).not.toHaveProperty('secret')
  expect((await audit())[1]).toMatchObject({ action: 'channel_updated', secrets: ['url', 'secret'] })
  // All that were valid sign: so many rotations within a day are refused rather than a receiver cut off.
  const answers = []
  for (let i = 0; i < 8; i++) answers.push((await change(one.id, { rotate_secret: true })).status)
  expect(answers).toEqual([200, 200, 200, 200, 200, 200, 200, 409])
  expect((await opened(one.id)).secrets).toHaveLength(10)
})

test('rotations at the same moment lose no secret', async () => {
  const { body } = await create(hook)
  const answers = await Promise.all([1, 2, 3].map(() => change(body.id, { rotate_secret: true })))
  const known = answers.map((answer) => answer.body.secret).filter((secret) => secret !== undefined)
  expect(known.length).toBeGreaterThan(1)
  expect((await opened(body.id)).secrets?.toSorted()).toEqual([body.secret, ...known].toSorted())
})

test('only webhooks have a secret, and a kind keeps what leads to it', async () => {
  const [chat, letters] = [(await create(slack)).body, (await create(mail)).body]
  for (const { id } of [chat, letters])
    expect(errorsOf(await change(id, { rotate_secret: true }))).toEqual([
      expect.stringMatching(/^\/rotate_secret is only for webhooks/),
    ])
  expect(errorsOf(await change(letters.id, { url: hook.url }))).toHaveLength(1)
  expect(errorsOf(await change(chat.id, { addresses: mail.addresses }))).toHaveLength(1)
  expect(errorsOf(await change(chat.id, { kind: 'webhook' }))).toHaveLength(1)
  expect(errorsOf(await change(chat.id, { url: 'http://169.254.169.254/' }))).toHaveLength(1)
})

test('a channel whose key is gone can be disabled, renamed and set anew', async () => {
  const { body } = await create(hook)
  const { body: chat } = await create(slack)
  await sql`update channel set sealed = 'ffffffff.' || split_part(sealed, '.', 2)`
  expect((await change(body.id, { enabled: false, name: 'renamed' })).status).toBe(200)
  const refused = await change(body.id, { url: hook.url })
  expect([refused.status, refused.body.message]).toEqual([
    409,
    expect.stringContaining('send url, and of a webhook rotate_secret'),
  ])
  expect((await change(body.id, { rotate_secret: true })).status).toBe(409)
  const { body: anew } = await change(body.id, { url: hook.url, rotate_secret: true })
  expect(await opened(body.id)).toMatchObject({ url: hook.url, secrets: [anew.secret] })
  expect((await change(chat.id, { url: slack.url })).status).toBe(200)
  expect(await opened(chat.id)).toEqual({ id: chat.id, name: 'chat', kind: 'slack', url: slack.url })
})

test('a channel that alert policies name is not deleted, and the answer names them', async () => {
  const { body } = await create(hook)
  const task = await createTask(account, { name: 'nightly report' })
  const gone = await createTask(account)
  await sql`
    insert into alert_policy (service_id, task_id, label_name, label_value, channels)
    values
      (${account.id}, null, null, null, ${[body.id]}::uuid[]),
      (${account.id}, ${task.id}, null, null, ${[Bun.randomUUIDv7(), body.id]}::uuid[]),
      (${account.id}, ${gone.id}, null, null, ${[body.id]}::uuid[]),
      (${account.id}, null, 'team', 'billing', ${[body.id]}::uuid[])`
  await send(account, 'DELETE', `/tasks/${gone.id}`)
  const { status, body: refused } = await remove(body.id)
  expect([status, refused]).toEqual([
    409,
    {
      code: 'channel_in_use',
      message: `3 alert policies name this channel: the default one, that of the label team=billing, that of the task nightly report (${task.id}). Take it out of their channels first.`,
    },
  ])
  await sql`delete from alert_policy where task_id is distinct from ${gone.id}`
  expect((await remove(body.id)).status).toBe(204)
  expect((await remove(body.id)).body).toMatchObject({ code: 'channel_not_found' })
  expect((await audit())[0]).toMatchObject({ action: 'channel_deleted', name: 'on call', after: null })
})

test('a deleted channel takes its notifications along', async () => {
  const { body } = await create(hook)
  await sql`
    insert into notification (service_id, channel_id, kind, type, body)
    values (${account.id}, ${body.id}, 'failing', 'opened', '{}')`
  await sql`
    insert into alert_group (service_id, channel_id, kind, target, due_at)
    values (${account.id}, ${body.id}, 'failing', '', now())`
  expect((await remove(body.id)).status).toBe(204)
  const [left] = await sql`select (select count(*) from notification) + (select count(*) from alert_group) as rows`
  expect(Number(left?.rows)).toBe(0)
})

test("another service's channel is not found", async () => {
  const { body } = await create(hook)
  const other = await createAccount()
  const answers = [
    await send(other, 'GET', `/channels/${body.id}`),
    await change(body.id, { enabled: false }, other),
    await remove(body.id, other),
  ]
  expect(answers.map(({ body: { code } }) => code)).toEqual(Array(3).fill('channel_not_found'))
  expect((await send(other, 'GET', '/channels')).body.records).toEqual([])
  expect((await create(hook, other)).status).toBe(201)
  // An id is the same in upper case.
  expect((await change(body.id.toUpperCase(), { rotate_secret: true })).status).toBe(200)
})
