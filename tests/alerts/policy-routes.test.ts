import { beforeEach, expect, test } from 'bun:test'
import { maxPolicies } from '../../src/alerts/policies.ts'
import { closeTestAlerts, insertChannel, openTestAlerts } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
let task: string
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
  task = (await createTask(account, { name: 'Nightly report', labels: { team: 'billing' } })).id
})

const get = (path: string) => send(account, 'GET', path)
const put = (path: string, body: object) => send(account, 'PUT', path, body)
const builtIn = {
  ...{ task_id: null, task_name: null, label: null },
  ...{ failures: 1, window_failures: null, window_seconds: null, late_seconds: 300, long_seconds: null },
  ...{ remind_hours: null, recovered: true, channels: null, muted_until: null },
}
const entries = async () =>
  (await get('/audit?limit=100')).body.records.filter(({ action }: { action: string }) => /alert/.test(action))

test('the default policy is the built-in one until it is set, and again after it was deleted', async () => {
  expect(await get('/alert-policy')).toMatchObject({
    status: 200,
    body: { ...builtIn, created_at: null, updated_at: null },
  })
  expect(await put('/alert-policy', { failures: 3, late_seconds: null, recovered: false })).toMatchObject({
    status: 201,
    body: { ...builtIn, failures: 3, late_seconds: null, recovered: false, created_at: expect.any(String) },
  })
  expect((await get('/alert-policy')).body).toMatchObject({ failures: 3, late_seconds: null })
  expect(await put('/alert-policy', { failures: 2 })).toMatchObject({
    status: 200,
    body: { ...builtIn, failures: 2 },
  })
  expect(await send(account, 'DELETE', '/alert-policy')).toMatchObject({ status: 204 })
  expect((await get('/alert-policy')).body).toMatchObject({ ...builtIn, created_at: null })
  expect(await send(account, 'DELETE', '/alert-policy')).toMatchObject({
    status: 404,
    body: { code: 'alert_policy_not_found' },
  })
})

test('a task and a label have policies of their own, and the list has all of them', async () => {
  const own = `/tasks/${task}/alert-policy`
  const label = '/labels/team%3Dbilling/alert-policy'
  for (const path of [own, label])
    expect(await get(path)).toMatchObject({ status: 404, body: { code: 'alert_policy_not_found' } })
  expect(await put(own, { failures: 5, remind_hours: 24 })).toMatchObject({
    status: 201,
    body: { ...builtIn, task_id: task, task_name: 'Nightly report', failures: 5, remind_hours: 24 },
  })
  expect(await put(label, { long_seconds: 600 })).toMatchObject({
    status: 201,
    body: { ...builtIn, label: 'team=billing', long_seconds: 600 },
  })
  await put('/alert-policy', {})
  const { body, headers } = await get('/alert-policies')
  expect(body.records.map(({ task_id, label }: Record<string, unknown>) => [task_id, label])).toEqual([
    [task, null],
    [null, 'team=billing'],
    [null, null],
  ])
  expect(body.records[0]).toEqual((await get(own)).body)
  expect(body.records[1]).toEqual((await get('/labels/team=billing/alert-policy')).body)
  const etag = headers.get('etag') as string
  expect((await send(account, 'GET', '/alert-policies', undefined, { 'if-none-match': etag })).status).toBe(304)
  const first = await get('/alert-policies?limit=2')
  const second = await get(`/alert-policies?limit=2&cursor=${first.body.next_cursor}`)
  expect([first.body.records.length, second.body.records.length, second.body.next_cursor]).toEqual([2, 1, null])
  expect((await send(account, 'DELETE', label)).status).toBe(204)
  expect((await get(label)).status).toBe(404)
})

test('a label may have any value that a label of a task may have', async () => {
  for (const label of ['env=', 'a/b=c d/é=1', "team='x'; select"]) {
    const path = `/labels/${encodeURIComponent(label)}/alert-policy`
    expect(await put(path, {})).toMatchObject({ status: 201, body: { label } })
    expect(await get(path)).toMatchObject({ status: 200, body: { label } })
  }
  for (const label of ['team', '=x', 'te am=x', `team=${'x'.repeat(201)}`])
    expect(await put(`/labels/${encodeURIComponent(label)}/alert-policy`, {})).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/label' }] },
    })
})

test('a window takes the place of failures in a row unless both are given', async () => {
  const window = { window_failures: 3, window_seconds: 3600 }
  expect((await put('/alert-policy', window)).body).toMatchObject({ ...window, failures: null })
  expect((await put('/alert-policy', { ...window, failures: 5 })).body).toMatchObject({ ...window, failures: 5 })
  expect((await put('/alert-policy', { ...window, failures: null })).body).toMatchObject({ ...window, failures: null })
  expect((await put('/alert-policy', { failures: null })).body).toMatchObject({ failures: null, window_failures: null })
  for (const [given, path] of [
    [{ window_failures: 3 }, '/window_seconds'],
    [{ window_seconds: 60 }, '/window_failures'],
    [{ failures: 0 }, '/failures'],
    [{ failures: 101 }, '/failures'],
    [{ late_seconds: 9 }, '/late_seconds'],
    [{ long_seconds: 4 }, '/long_seconds'],
    [{ remind_hours: 721 }, '/remind_hours'],
    [{ muted_until: 'tomorrow' }, '/muted_until'],
    [{ channels: ['ops'] }, '/channels/0'],
    [{ failure: 1 }, '/failure'],
  ] as const)
    expect([given, (await put('/alert-policy', given)).body.errors?.[0]?.path]).toEqual([given, path])
})

test('channels that a policy names must be of the service, and the answer says which is not', async () => {
  const stranger = await createAccount()
  const [own, foreign] = [await insertChannel(account.id), await insertChannel(stranger.id)]
  const unknown = crypto.randomUUID()
  const { status, body } = await put('/alert-policy', { channels: [own.id, foreign.id, unknown.toUpperCase()] })
  expect(status).toBe(400)
  expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['/channels/1', '/channels/2'])
  expect(body.message).toContain(body.errors[0].path === '/channels/1' ? foreign.id : unknown)
  expect((await get('/alert-policy')).body.created_at).toBeNull()
  expect(await entries()).toEqual([])
  expect((await put('/alert-policy', { channels: [own.id.toUpperCase(), own.id] })).body.channels).toEqual([own.id])
  expect((await put('/alert-policy', { channels: [] })).body.channels).toEqual([])
})

test('a policy that says what is stored already changes nothing, and each change has an audit entry', async () => {
  const path = '/labels/team=billing/alert-policy'
  const given = { failures: 2, muted_until: '2100-01-01T00:00:00.123456Z' }
  const { body: first } = await put(path, given)
  const { status, body: again } = await put(path, { ...given, late_seconds: 300 })
  expect([status, again]).toEqual([200, first])
  await put(path, { failures: 3 })
  await send(account, 'DELETE', path)
  const found = await entries()
  expect(found.map(({ action, name }: Record<string, string>) => [action, name])).toEqual([
    ['alert_policy_deleted', 'label team=billing'],
    ['alert_policy_set', 'label team=billing'],
    ['alert_policy_set', 'label team=billing'],
  ])
  expect(found[2]).toMatchObject({ task_id: null, before: null, after: given })
  expect(found[1]).toMatchObject({ before: given, after: { failures: 3, muted_until: null } })
  expect(found[0]).toMatchObject({ before: { failures: 3 }, after: null })
})

test('the policy of a task goes with the task', async () => {
  await put(`/tasks/${task}/alert-policy`, {})
  await send(account, 'DELETE', `/tasks/${task}`)
  expect(await put(`/tasks/${task}/alert-policy`, {})).toMatchObject({ status: 404, body: { code: 'task_not_found' } })
  expect(await get(`/tasks/${task}/alert-policy`)).toMatchObject({ status: 404, body: { code: 'task_not_found' } })
  expect((await get('/alert-policies')).body.records).toEqual([])
  expect(await sql`select from alert_policy`).toHaveLength(0)
})

test('of requests that set a policy for the first time at once, one makes it', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map((failures) => put('/alert-policy', { failures })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201])
  expect(await sql`select from alert_policy`).toHaveLength(1)
})

test('a service has a limited number of policies, and those that it has can be changed at the limit', async () => {
  await sql`
    insert into alert_policy (service_id, label_name, label_value)
    select ${account.id}, 'n', number::text
    from generate_series(1, ${maxPolicies}::integer) number`
  expect(await put('/alert-policy', {})).toMatchObject({ status: 409, body: { code: 'too_many_alert_policies' } })
  expect(await put('/labels/n=7/alert-policy', { failures: 7 })).toMatchObject({ status: 200, body: { failures: 7 } })
})

test('a change has failing tasks examined again, but no task that runs once, which was told as an event', async () => {
  const once = (await createTask(account, { name: 'once', frequency: null, unit: null })).id
  await sql`
    insert into failing_task (service_id, task_id, error, settled, alert_from, alert_due)
    select ${account.id}, task_id, 'down', 2, 5, false
    from unnest(${[task, once]}::uuid[]) task_id`
  const due = async () =>
    (await sql`select task_id, alert_from, alert_due from failing_task order by task_id = ${once}`).map((row) => [
      row.alert_from,
      row.alert_due,
    ])
  await put(`/tasks/${task}/alert-policy`, { failures: 2 })
  expect(await due()).toEqual([
    [1, true],
    [5, false],
  ])
  await sql`update failing_task set alert_due = false, alert_from = 5`
  await put(`/tasks/${task}/alert-policy`, { failures: 2 })
  expect((await due())[0]).toEqual([5, false])
  await put('/alert-policy', { failures: 2 })
  expect(await due()).toEqual([
    [1, true],
    [3, false],
  ])
})

test('groups whose alerts a changed policy may mute or no longer mutes are looked at again', async () => {
  await insertChannel(account.id)
  const [alert] = await openTestAlerts(account.id, { task_ids: [task], target: 'a:1' })
  await openTestAlerts(account.id, { target: 'b:1' })
  const wait = () => sql`update alert_group set due_at = now() + interval '8 hours'`
  const soon = async () =>
    (await sql`select target from alert_group where due_at < now() + interval '31 seconds' order by target`).map(
      ({ target }) => target,
    )
  await wait()
  await put(`/tasks/${task}/alert-policy`, { muted_until: '2100-01-01T00:00:00Z' })
  expect(await soon()).toEqual(['a:1'])
  expect((await get(`/alerts/${alert}`)).body).toMatchObject({ state: 'muted', muted_until: '2100-01-01T00:00:00Z' })
  await wait()
  await send(account, 'DELETE', `/tasks/${task}/alert-policy`)
  expect(await soon()).toEqual(['a:1'])
  expect((await get(`/alerts/${alert}`)).body).toMatchObject({ state: 'open', muted_until: null })
  await wait()
  await put('/alert-policy', { muted_until: '2100-01-01T00:00:00Z' })
  expect(await soon()).toEqual(['a:1', 'b:1'])
  await closeTestAlerts(account.id)
})
