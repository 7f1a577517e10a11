import { afterEach, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { readSetFiles } from '../../../src/cli/client/set-file.ts'
import { checkResult } from '../../../src/import/check-result.ts'
import { importCronJobs } from '../../../src/import/kubernetes/import-cronjobs.ts'
import { writeTasksFile } from '../../../src/import/tasks-file.ts'
import { type Account, createAccount, send } from '../../support/app.ts'
import { emptyDatabase } from '../../support/database.ts'
import { temporaryFolder } from '../../support/process.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'
import { stopTargets, Target } from '../../support/target.ts'

const text = await Bun.file(join(import.meta.dir, 'shapes.yaml')).text()
const result = checkResult(importCronJobs([{ name: 'shapes.yaml', text }]))

let owner: Account
let target: Target
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  target = new Target()
})
afterEach(async () => {
  await stopSchedulers()
  stopTargets()
})

test('Duly sends what the containers sent', async () => {
  for (const { name } of result.secrets)
    await send(owner, 'PUT', `/secrets/${name}`, {
      value: name.endsWith('_BASIC') ? btoa('ann:secret') : `value of ${name}`,
    })
  const file = join(temporaryFolder(), 'tasks.yaml')
  await Bun.write(file, writeTasksFile(result, { set: 'x', command: 'x' }))
  const { tasks } = await readSetFiles([file], undefined, {})
  await startScheduler()
  for (const [key, { fields }] of tasks) {
    const { pathname, search } = new URL(fields.url as string)
    const task = { name: key, ...fields, status: 'paused', url: target.url(`${pathname}${search}`) }
    const created = await send(owner, 'POST', '/tasks', task)
    expect({ key, status: created.status, body: created.status === 201 ? '' : created.body }).toEqual({
      key,
      status: 201,
      body: '',
    })
    await send(owner, 'POST', `/tasks/${created.body.id}/executions`)
  }
  await target.arrived(9)
  const sent = target.sent.map(({ method, path, query, body, headers }) => ({
    request: `${method} ${path}${query.size > 0 ? `?${query}` : ''}`,
    body,
    headers: Object.fromEntries(
      ['authorization', 'x-api-key', 'accept', 'content-type'].flatMap((name) => {
        const value = headers.get(name)
        return value === null || value === '*/*' ? [] : [[name, value]]
      }),
    ),
  }))
  sent.sort((a, b) => (a.request < b.request ? -1 : 1))
  expect(sent).toEqual([
    { request: 'GET /ping', body: '', headers: {} },
    { request: 'GET /ping', body: '', headers: {} },
    { request: 'GET /run', body: '', headers: {} },
    { request: 'GET /v1/sync', body: '', headers: { authorization: 'Bearer value of SHOP_API_KEYS_TOKEN' } },
    {
      request: 'POST /graphql',
      body: '{"query": "mutation { update(date: \\"today\\") }"}',
      headers: { 'content-type': 'application/json' },
    },
    { request: 'POST /process?limit=10', body: '', headers: { authorization: `Basic ${btoa('ann:secret')}` } },
    { request: 'POST /samples/export', body: '', headers: { accept: 'application/json' } },
    { request: 'POST /v1/compact', body: '', headers: { 'x-api-key': 'value of SHOP_VECTORS_API_KEY' } },
    { request: 'PUT /sync?full=1', body: '', headers: {} },
  ])
}, 20_000)
