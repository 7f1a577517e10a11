import { makeWorkerUtils, run } from 'graphile-worker'
import type { PeerWork } from '../peers.ts'
import { Ledger } from './ledger.ts'
import { Limit } from './limit.ts'

/**
 * Makes the calls with graphile-worker: `prepare` queues them, `run` makes them until it is stopped. See ../peers.ts. With a
 * ledger a job ends when its call is written, so that none is lost. More jobs than calls are then in progress, since a job
 * waits for its batch.
 */
const [verb = '', text = '{}'] = process.argv.slice(2)
const { calls, url, concurrency, withLedger } = JSON.parse(text) as PeerWork
const insertedAtOnce = 5_000
const jobsWithLedger = 1_000
const connectionString = Bun.env.DATABASE_URL ?? ''
const ledger = withLedger ? new Ledger(connectionString) : undefined

interface Payload {
  readonly url: string
  readonly task?: string
}

if (verb === 'prepare') {
  const tasks = await ledger?.prepare(calls, url)
  const utils = await makeWorkerUtils({ preset: { worker: { connectionString } } })
  await utils.migrate()
  for (let from = 0; from < calls; from += insertedAtOnce) {
    const jobs = Array.from({ length: Math.min(insertedAtOnce, calls - from) }, (_, n) => ({
      identifier: 'call',
      payload: { url, task: tasks?.[from + n] } satisfies Payload,
    }))
    await utils.addJobs(jobs)
  }
  await utils.release()
  await ledger?.close()
} else {
  const worker = {
    connectionString,
    concurrentJobs: ledger ? jobsWithLedger : concurrency,
    localQueue: { size: 10_000 },
    completeJobBatchDelay: 250,
    failJobBatchDelay: 250,
  }
  const limit = new Limit(concurrency)
  const plainly = async (payload: unknown) => {
    await (await fetch((payload as Payload).url)).text()
  }
  const call = ledger
    ? async (payload: unknown) => {
        const { url, task = '' } = payload as Payload
        await ledger.write(await limit.run(() => ledger.call(task, url)))
      }
    : plainly
  const runner = await run({ preset: { worker }, taskList: { call } })
  await runner.promise
}
