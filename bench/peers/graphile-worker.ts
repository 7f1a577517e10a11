import { makeWorkerUtils, run } from 'graphile-worker'
import type { PeerWork } from '../peers.ts'

/** Makes the calls with graphile-worker: `prepare` queues them, `run` makes them until it is stopped. See ../peers.ts. */
const [verb = '', text = '{}'] = process.argv.slice(2)
const { calls, url, seats } = JSON.parse(text) as PeerWork
const insertedAtOnce = 5_000
const connectionString = Bun.env.DATABASE_URL ?? ''

if (verb === 'prepare') {
  const utils = await makeWorkerUtils({ preset: { worker: { connectionString } } })
  await utils.migrate()
  for (let left = calls; left > 0; left -= insertedAtOnce) {
    const jobs = Array.from({ length: Math.min(insertedAtOnce, left) }, () => ({
      identifier: 'call',
      payload: { url },
    }))
    await utils.addJobs(jobs)
  }
  await utils.release()
} else {
  const worker = {
    connectionString,
    concurrentJobs: seats,
    localQueue: { size: 10_000 },
    completeJobBatchDelay: 250,
    failJobBatchDelay: 250,
  }
  const call = async (payload: unknown) => {
    await (await fetch((payload as { url: string }).url, { keepalive: false })).text()
  }
  const runner = await run({ preset: { worker }, taskList: { call } })
  await runner.promise
}
