import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, insertTask, type TestTask, taskRow } from '../support/rows.ts'
import { clearScene, endLeases, killHard, type Scene, setScene } from '../support/scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await setScene()
})
afterEach(async () => {
  await clearScene()
  for (const table of ['execution', 'task'] as const)
    await sql.unsafe(`drop trigger if exists poison on ${table}; drop function if exists poison_${table}`)
})

/** The database refuses to write rows of a table that are poisonous, whoever writes them. */
async function refuse(table: 'execution' | 'task', when: string): Promise<void> {
  await sql.unsafe(`
    create function poison_${table}() returns trigger language plpgsql as $$
    begin
      if ${when} then raise exception 'this row is poisonous'; end if;
      return new;
    end $$;
    create trigger poison before insert or update on ${table} for each row execute function poison_${table}()`)
}

const earlier = new Date(Date.now() - 60_000).toISOString()

test('a slot that cannot be claimed stops nothing else: it is postponed and logged', async () => {
  const poison = await scene.insertTask({ scheduled_at: earlier })
  await refuse('execution', `new.task_id = '${poison.id}' and new.status = 'started'`)
  const others = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask()))
  await startReplica(scene.account)
  for (const other of others) await awaitStatus(other, 'success', 3_000)
  await awaitStatus(await scene.insertTask(), 'success', 1_500)
  expect(await executionsOf(poison)).toMatchObject([
    { status: 'failed', error: 'not sent, and put off by an hour: this row is poisonous' },
  ])
  expect(Date.parse((await taskRow(poison)).scheduled_at)).toBeGreaterThan(Date.now() + 3_000_000)
  await expectInvariants(scene.target)
})

test('a slot that can be neither claimed nor postponed stops no earlier or later slot', async () => {
  const before = await scene.insertTask({ scheduled_at: new Date(Date.now() - 120_000).toISOString() })
  const behind = await scene.insertTask()
  const poison = await scene.insertTask({ scheduled_at: earlier })
  await refuse('task', `new.id = '${poison.id}'`)
  const other = await insertTask({ url: scene.target.url() })
  await startReplica(scene.account)
  await awaitStatus(before, 'success', 3_000)
  await awaitStatus(behind, 'success', 3_000)
  await awaitStatus(other, 'success', 3_000)
  await awaitStatus(await insertTask({ url: scene.target.url() }), 'success', 2_500)
  await expectInvariants(scene.target)
})

test('a retry that cannot be claimed stops nothing else', async () => {
  scene.target.answer = ({ attempt, path }) =>
    new Response('', { status: attempt === 1 && path === '/twice' ? 500 : 200 })
  const [poison, other] = [
    await scene.insertTask({ retries: 1, url: scene.target.url('/twice') }),
    await scene.insertTask({ retries: 1, url: scene.target.url('/twice') }),
  ]
  await refuse('execution', `new.task_id = '${poison.id}' and new.attempt = 2 and new.status = 'started'`)
  await startReplica(scene.account)
  await awaitStatus(other, 'success', 6_000)
  await eventually(async () => Date.parse((await taskRow(poison)).queued_for) > Date.now() + 3_000_000, 'it is put off')
  await awaitStatus(await scene.insertTask(), 'success', 1_500)
  await expectInvariants(scene.target, { retries: 1 })
})

test('an outcome that the database refuses is written without the answer', async () => {
  const poison = await scene.insertTask()
  const other = await scene.insertTask()
  await refuse('execution', `new.response like '%poison%'`)
  scene.target.answer = ({ task }) => new Response(task === poison.id ? 'poison' : 'fine')
  await startReplica(scene.account)
  await awaitStatus(other, 'success', 3_000)
  await awaitStatus(poison, 'success', 3_000)
  expect(await executionsOf(poison)).toMatchObject([
    { status: 'success', status_code: 200, response: null, error: '200 (the rest could not be stored)' },
  ])
  await expectInvariants(scene.target)
})

test('an outcome that cannot be written at all delays no other', async () => {
  const poison = await scene.insertTask()
  await refuse('execution', `new.task_id = '${poison.id}' and new.status = 'success'`)
  await startReplica(scene.account)
  await scene.target.arrived(1)
  for (let times = 0; times < 5; times++) await awaitStatus(await scene.insertTask(), 'success', 1_500)
  expect(await executionsOf(poison)).toMatchObject([{ status: 'started' }])
  await sql`drop trigger poison on execution`
  await awaitStatus(poison, 'success', 3_000)
  await expectInvariants(scene.target)
})

test('an execution of a lost replica that cannot be closed does not keep the others from being taken over', async () => {
  scene.target.hold()
  const doomed = await startReplica(scene.account)
  const [poison, ...others] = [await scene.insertTask(), await scene.insertTask(), await scene.insertTask()]
  await scene.target.arrived(3)
  await killHard(doomed)
  scene.target.release()
  await refuse('execution', `new.task_id = '${poison?.id}' and new.status = 'failed'`)
  await endLeases()
  await startReplica(scene.account)
  for (const other of others) await awaitStatus(other, 'success', 8_000)
  await sql`drop trigger poison on execution`
  await awaitStatus(poison as TestTask, 'success', 10_000)
  await expectInvariants(scene.target)
})

test('a slot that cannot be skipped stops nothing else', async () => {
  scene.target.hold()
  await startReplica(scene.account)
  const [poison, other] = [await scene.insertTask({ unit: 'minute' }), await scene.insertTask({ unit: 'minute' })]
  await scene.target.arrived(2)
  await refuse('execution', `new.task_id = '${poison.id}' and new.status = 'skipped'`)
  await sql`update task set scheduled_at = now()`
  await eventually(
    () => sql`select id from execution where task_id = ${other.id} and status = 'skipped'`,
    'a skipped slot',
    3_000,
  )
  const fresh = await scene.insertTask()
  await scene.target.arrived(3)
  scene.target.release()
  await awaitStatus(fresh, 'success', 3_000)
  await scene.target.arrived(4)
  await expectInvariants(scene.target)
  expect(scene.target.sent.filter((sent) => sent.task === poison.id)).toHaveLength(2)
})

test.each([
  ['a NUL in the answer', () => new Response('a\0b')],
  ['broken UTF-8 in the answer', () => new Response(new Uint8Array([0x61, 0xff, 0xc3]))],
  ['a lone surrogate, which UTF-8 must not contain', () => new Response(new Uint8Array([0xed, 0xa0, 0x80]))],
])('%s is stored as text', async (_, answer) => {
  scene.target.answer = answer
  const task = await scene.insertTask()
  await startReplica(scene.account)
  await awaitStatus(task, 'success', 3_000)
  expect((await executionsOf(task))[0].response).toContain('\uFFFD')
  await expectInvariants(scene.target)
})
