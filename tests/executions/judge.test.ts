import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
let taskId: string
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  taskId = (await createTask(owner, { expect: { contains: 'done' } })).id
})

/** Stores an ended execution of the task. Returns its id. */
async function answered(fields: object = {}): Promise<string> {
  const id = crypto.randomUUID()
  const row = { status: 'failed', status_code: 200, response: '{"status": "ok"}', ...fields }
  await sql`
    insert into execution ${sql({
      ...{
        service_id: owner.id,
        task_id: taskId,
        id,
        slot_id: id,
        scheduled_for: new Date().toISOString(),
        duration_ms: 5,
      },
      ...row,
    })}`
  return id
}
const judged = (body: object) => send(owner, 'POST', `/tasks/${taskId}/judge`, body)

test('a stored answer is judged by what its task expects, or by what is given', async () => {
  const execution_id = await answered()
  const missing = 'the target answered 200, but its body does not contain "done"'
  expect((await judged({ execution_id })).body).toEqual({ status: 'failed', error: missing })
  const fitting = { json: [{ pointer: '/status', equals: 'ok' }] }
  expect((await judged({ execution_id, expect: fitting })).body).toEqual({ status: 'success', error: null })
  expect((await judged({ execution_id, expect: null })).body).toEqual({ status: 'success', error: null })
  const { status, body } = await judged({ execution_id, expect: { status: [204] } })
  expect([status, body]).toEqual([200, { status: 'failed', error: 'the target answered 200, expected 204' }])
})

test('an answer that was cut, one to HEAD, and an execution without one are told apart', async () => {
  const given = { expect: { contains: 'x' } }
  const cut = await judged({ execution_id: await answered({ response_truncated: true }), ...given })
  expect(cut.body.error).toContain('longer than the 64 KiB that are checked')
  const none = await judged({
    execution_id: await answered({ status_code: null, response: null, error: 'x' }),
    ...given,
  })
  expect(none.body).toEqual({ status: 'failed', error: 'the execution has no answer that could be judged' })
  const dropped = await answered({ response: null, answer_dropped_at: '2026-01-02T03:04:05Z' })
  expect((await judged({ execution_id: dropped, ...given })).body.error).toBe(
    'the answer of the execution was dropped at 2026-01-02T03:04:05Z, past its retention or TASK_HISTORY_BYTES: judge a later execution',
  )
  const [{ body: one }, { body: list }, { body: found }] = [
    await send(owner, 'GET', `/tasks/${taskId}/executions/${dropped}`),
    await send(owner, 'GET', `/tasks/${taskId}/executions`),
    await send(owner, 'GET', '/executions?include=response'),
  ]
  for (const shown of [
    one,
    ...[list, found].map(({ records }) => records.find(({ id }: { id: string }) => id === dropped)),
  ])
    expect(shown.answer_dropped_at).toBe('2026-01-02T03:04:05Z')
  const execution_id = await answered({ response: '' })
  await send(owner, 'POST', `/tasks/${taskId}`, { method: 'HEAD', expect: null })
  expect((await judged({ execution_id, ...given })).body.error).toContain('an answer to HEAD has no body')
})

test('what is wrong with the request is named, and nothing of another service is judged', async () => {
  const execution_id = await answered()
  const { status, body } = await judged({ execution_id, expect: { json: [{ pointer: '/x' }] } })
  expect([status, body.errors]).toMatchObject([400, [{ path: '/expect/json/0' }]])
  expect((await judged({ execution_id: crypto.randomUUID() })).status).toBe(404)
  const stranger = await createAccount()
  const other = await createTask(stranger, {})
  for (const id of [taskId, other.id])
    expect((await send(stranger, 'POST', `/tasks/${id}/judge`, { execution_id })).status).toBe(404)
})
