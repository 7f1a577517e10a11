import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { awaitStatus, executionsOf, type TestTask } from '../support/rows.ts'
import { clearScene, type Scene, setScene } from '../support/scene.ts'
import { overdueTask } from '../support/service.ts'

let scene: Scene
const undo: string[] = []
beforeEach(async () => {
  scene = await setScene()
})
afterEach(async () => {
  for (const statement of undo.splice(0)) await sql.unsafe(statement)
  await clearScene()
})

/** Every write of the service to a table fails with this code. */
const failing = (table: string, code: string) => ({
  begin: `
    create function unwell() returns trigger language plpgsql as $$ begin
      if current_setting('application_name') ~ '^duly (api|scheduler|upkeep)' then
        raise exception 'unwell' using errcode = '${code}';
      end if;
      return null;
    end $$;
    create trigger unwell before insert or update on ${table} for each statement execute function unwell()`,
  end: `drop trigger if exists unwell on ${table}; drop function if exists unwell()`,
})
const renamed = (what: string, to: string, back: string) => ({
  begin: `alter table ${what} rename ${to}`,
  end: `alter table ${back}`,
})

test.each([
  ['the table execution has another name', renamed('execution', 'to execution_2', 'execution_2 rename to execution')],
  [
    'a column of task has another name',
    renamed('task', 'column target to target_2', 'task rename column target_2 to target'),
  ],
  [
    'a column that only claims write has another name',
    renamed('execution', 'column slot_id to slot_id_2', 'execution rename column slot_id_2 to slot_id'),
  ],
  ['it refuses the role', failing('task', '42501')],
  ['its disk is full', failing('execution', '53100')],
  ['a function is missing', failing('execution', '42883')],
  ['a plan has become another one', failing('task', '0A000')],
  ['an object is not in the state for it', failing('execution', '55000')],
  ['it has an internal error', failing('execution', 'XX000')],
])(
  '%s for a while: no task is postponed, no outcome is lost or shortened, and work resumes',
  async (_, { begin, end }) => {
    const replica = await startReplica(scene.account)
    scene.target.answer = () => new Response('an answer')
    scene.target.hold()
    const running = await scene.insertTask()
    await scene.target.arrived(1)
    undo.push(end)
    await sql.unsafe(begin)
    scene.target.release()
    const due = [await scene.insertTask(), await scene.insertTask({ frequency: null, unit: null })]
    await Bun.sleep(2_500)
    expect(scene.target.sent).toHaveLength(1)
    await sql.unsafe(undo.pop() as string)
    for (const task of [running, ...due]) {
      await awaitStatus(task, 'success')
      expect(await executionsOf(task)).toMatchObject([{ status: 'success', response: 'an answer', error: null }])
    }
    const lines = replica.err.split('\n').filter((line) => line.includes('"level":50'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(16)
    await expectInvariants(scene.target)
  },
)

/** While it is so, one execution runs, and ends with an answer. */
async function runWhile({ begin, end }: { begin: string; end: string }): Promise<TestTask> {
  await startReplica(scene.account)
  scene.target.answer = () => new Response('an answer')
  undo.push(end)
  await sql.unsafe(begin)
  const task = await scene.insertTask()
  await scene.target.arrived(1)
  return task
}

test('a column of outcomes has another name for a while: outcomes are retried, and no response is lost', async () => {
  const task = await runWhile(
    renamed('execution', 'column response to response_2', 'execution rename column response_2 to response'),
  )
  await Bun.sleep(1_500)
  expect(await executionsOf(task)).toMatchObject([{ status: 'started' }])
  await sql.unsafe(undo.pop() as string)
  await awaitStatus(task, 'success')
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', response: 'an answer', error: null }])
  await expectInvariants(scene.target)
})

test('a table of counts has another name for a while: outcomes are written, and counted later', async () => {
  const task = await runWhile(renamed('tally', 'to tally_2', 'tally_2 rename to tally'))
  await awaitStatus(task, 'success')
  expect(await executionsOf(task)).toMatchObject([{ status: 'success', response: 'an answer', error: null }])
  await sql.unsafe(undo.pop() as string)
  await eventually(() => sql`select from tally where success = 1`, 'it is counted', 6_000)
})

test('a write that fails with a code that is not the fault of its row is answered 503 with Retry-After, and not 500', async () => {
  const replica = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
  const create = () =>
    fetch(`${replica.base}/tasks`, {
      method: 'POST',
      headers: { service_id: replica.id, token: replica.token, 'content-type': 'application/json' },
      body: JSON.stringify(overdueTask(scene.target.url())),
    })
  for (const code of unwellCodes) {
    const { begin, end } = failing('task', code)
    undo.push(end)
    await sql.unsafe(begin)
    const response = await create()
    expect([code, response.status, response.headers.get('retry-after')]).toEqual([code, 503, '1'])
    await sql.unsafe(undo.pop() as string)
    expect([code, (await create()).status]).toEqual([code, 201])
  }
})

const unwellCodes = '42501 42P01 42703 55000 53100 57014 40001 40P01 28000 3D000 0A000 XX000'.split(' ')
