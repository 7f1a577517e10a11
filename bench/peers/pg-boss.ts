import { type Job, PgBoss } from 'pg-boss'
import type { PeerWork } from '../peers.ts'

/**
 * Makes the calls with pg-boss: `prepare` queues them, `run` makes them until it is stopped. See ../peers.ts. It uses
 * fetch() and complete() in batches while calls continue, because work() waits for the slowest call of each batch.
 */
const [verb = '', text = '{}'] = process.argv.slice(2)
const { calls, url, seats } = JSON.parse(text) as PeerWork
const queue = 'call'
const insertedAtOnce = 5_000
const fetchedAtOnce = 1_000
const idleMs = 20

const boss = new PgBoss({ connectionString: Bun.env.DATABASE_URL ?? '', supervise: false, schedule: false })
boss.on('error', console.error)
await boss.start()

if (verb === 'prepare') {
  await boss.createQueue(queue, { partition: true })
  for (let left = calls; left > 0; left -= insertedAtOnce) {
    const jobs = Array.from({ length: Math.min(insertedAtOnce, left) }, () => ({ data: { url } }))
    await boss.insert(queue, jobs)
  }
  await boss.stop({ graceful: false })
} else {
  const queued: Job[] = []
  const done: string[] = []
  let free = seats

  const begin = () => {
    for (; free > 0 && queued.length > 0; free--) void call(queued.pop() as Job)
  }
  const call = async ({ id, data }: Job) => {
    await (await fetch(data.url, { keepalive: false })).text()
    done.push(id)
    free++
    begin()
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
