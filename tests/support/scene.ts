import { afterEach, beforeEach } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { type Account, createAccount } from './app.ts'
import { emptyDatabase, sql, testDatabaseUrl } from './database.ts'
import { eventually } from './eventually.ts'
import { endEverything } from './process.ts'
import { closeProxies } from './proxy.ts'
import { endedExecutions, insertTask, type TestTask } from './rows.ts'
import type { Service } from './service.ts'
import { stopTargets, Target } from './target.ts'

/** What a fault happens to: an empty database with one service, and a target that answers 200. */
export interface Scene {
  readonly account: Account
  readonly target: Target
  /** Writes a task of the service that calls the target, with these columns in place of `insertTask`'s. */
  insertTask(fields?: object): Promise<TestTask>
  /** Writes another due task and waits for its end: a pass has then seen every slot that was due before it. */
  laterTaskEnds(): Promise<void>
}

/** For beforeEach. */
export async function setScene(): Promise<Scene> {
  await emptyDatabase()
  // Without it the time since another file ran a replica would be an outage, with an alert of its own.
  await sql`update pass_beat set at = now()`
  const [account, target] = [await createAccount(), new Target()]
  const insert = (fields?: object) => insertTask({ service_id: account.id, url: target.url(), ...fields })
  return {
    account,
    target,
    insertTask: insert,
    laterTaskEnds: async () => void (await endedExecutions(await insert({ scheduled_at: new Date().toISOString() }))),
  }
}

/** Sets the scene before each test of a file and clears it after each; the result holds the scene of the running test. */
export function useScene(): Scene {
  const scene = {} as Scene
  beforeEach(async () => {
    Object.assign(scene, await setScene())
  })
  afterEach(clearScene)
  return scene
}

/** For afterEach: ends processes, proxies and targets. */
export async function clearScene(): Promise<void> {
  for (const end of holders) await end()
  closeProxies()
  stopTargets()
  await endEverything()
}

/** Lets the leases of all replicas that are there now end: time is data. A living replica renews its own. */
export async function endLeases(): Promise<void> {
  await sql`update replica set lease_until = now() - interval '1 second'`
}

/** Kills a process at once, and waits until it is gone. */
export async function killHard(service: Service): Promise<void> {
  service.kill('SIGKILL')
  await service.exited
}

/** Runs a statement in a transaction of its own that stays open, with its locks, until the returned function is called. */
export async function holdOpen(work: (connection: Sql) => Promise<unknown>): Promise<() => Promise<void>> {
  const connection = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 20, name: 'somebody else' })
  await connection.unsafe('begin')
  await work(connection)
  const end = async () => {
    holders.delete(end)
    await connection.end({ timeout: 0 })
  }
  holders.add(end)
  return end
}

const holders = new Set<() => Promise<void>>()

/** Makes tasks due now. */
export async function makeDue(...tasks: TestTask[]): Promise<void> {
  await sql`update task set scheduled_at = now() where id = any(${tasks.map((task) => task.id)}::uuid[])`
}

/** Waits until a task that is not locked was sent `count` times. */
export const awaitSent = ({ target }: Scene, task: TestTask, withinMs: number, count = 1) =>
  eventually(
    () => target.sent.filter((sent) => sent.task === task.id).length >= count,
    () => 'a task that is not locked is not sent',
    withinMs,
  )
