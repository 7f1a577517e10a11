import { type Job, PgBoss } from 'pg-boss'
import type { PeerWork } from '../peers.ts'
import { Ledger } from './ledger.ts'

/**
 * Makes the calls with pg-boss: `prepare` queues them, `run` makes them until it is stopped. See ../peers.ts. It uses
 * fetch() and complete() in batches while calls continue, because work() waits for the slowest call of each batch. With a
 * ledger a job is completed when its call is written, so that none is lost.
 */
const [verb = '', text = '{}'] = process.argv.slice(2)
const { calls, url, concurrency, withLedger } = JSON.parse(text) as PeerWork
const queue = 'call'
const insertedAtOnce = 5_000
const fetchedAtOnce = 1_000
const idleMs = 20

const connectionString = Bun.env.DATABASE_URL ?? ''
const ledger = withLedger ? new Ledger(connectionString) : undefined
const boss = new PgBoss({ connectionString, supervise: false, schedule: false })
boss.on('error', console.error)
await boss.start()

if (verb === 'prepare') {
  const tasks = await ledger?.prepare(calls, url)
  await boss.createQueue(queue, { partition: true })
  for (let from = 0; from < calls; from += insertedAtOnce) {
    const jobs = Array.from({ length: Math.min(insertedAtOnce, calls - from) }, (_, n) => ({
      data: { url, task: tasks?.[from + n] } satisfies Job['data'],
    }))
    await boss.insert(queue, jobs)
  }
  await boss.stop({ graceful: false })
  await ledger?.close()
} else {
  const queued: Job[] = []
  const done: string[] = []
  let free = concurrency

  const begin = () => {
    for (; free > 0 && queued.length > 0; free--) void call(queued.pop() as Job)
  }
  const call = async ({ id, data }: Job) => {
    const entry = ledger ? await ledger.call(data.task ?? '', data.url) : await fetchText(data.url)
    free++
    begin()
    if (ledger && entry) await ledger.write(entry)
    done.push(id)
  }
  const fetchText = async (url: string) => {
    await (await fetch(url)).text()
    return undefined
  }
  const keepFetching = async () => {
    for (;;) {
      const jobs = queued.length < fetchedAtOnce / 2 ? await boss.fetch(queue, { batchSize: fetchedAtOnce }) : []
      queued.push(...jobs)
      begin()
      if (jobs.length === 0) await Bun.sleep(idleMs / 4)
    }
  }
  const keepCompleting = async () => {
    for (;;) {
      if (done.length > 0) await boss.complete(queue, done.splice(0))
      await Bun.sleep(idleMs)
    }
  }
  await Promise.all([keepFetching(), keepCompleting()])
}
