import type { Server } from './database.ts'
import type { Program } from './process.ts'
import type { Target } from './target.ts'

/** The rate by which the timeout of a drain is computed, in tasks per second; the time for a start is added. */
const slowest = 200
const startWithinMs = 120_000
const lookEveryMs = 20
const failureEveryMs = 1_000

export interface Drain {
  readonly server: Server
  readonly target: Target
  readonly tasks: number
  /** Calls before the measurement, so that the start does not weigh more in a small drain than in a large one. */
  readonly warmUp?: number
  /**
   * Calls after the measurement. If there are any, the clock stops while calls are in flight and not when the last one is
   * recorded, so that the end does not weigh more in a small drain than in a large one either.
   */
  readonly coolDown?: number
  /** Starts the programs that drain. Their CPU time is measured. */
  start(): Program[]
  /** Returns how many tasks are not recorded as done yet. Called only after the target has seen all calls. */
  remaining(): Promise<number>
  /** Returns the error of a call that has failed, if there is one. Called once a second. */
  failure?(): Promise<string | undefined>
  stop(program: Program): Promise<void>
}

export interface Drained {
  readonly seconds: number
  readonly perSecond: number
  /** CPU time per task, in µs. */
  readonly cpu: { readonly programs: number; readonly database: number; readonly target: number }
}

/**
 * Measures a drain from the first call that the target sees after the warm-up until the last task is recorded, or with
 * a cool-down until the last call that counts.
 * @throws if it does not end in time, if a program ends, or if a call fails
 */
export async function drain(plan: Drain): Promise<Drained> {
  const { server, target, tasks, warmUp = 0, coolDown = 0, start, stop } = plan
  await target.reset(warmUp + 1, warmUp + tasks)
  await server.checkpoint()
  const patience = startWithinMs + ((warmUp + tasks + coolDown) / slowest) * 1000
  const programs = start()
  const cpuMs = () => ({
    programs: programs.reduce((sum, program) => sum + program.cpuMs(), 0),
    database: server.cpuMs(),
    target: target.program.cpuMs(),
  })
  const called = new AbortController()
  // If a program has ended or a call has failed, the last call may never come.
  const trouble = Promise.race([failWhenCallFails(plan, called.signal), ...programs.map(failWhenEnded)])
  // The programs also end after the drain. That rejection must not be unhandled.
  trouble.catch(() => {})
  const sees = (which: 'from' | 'to') => Promise.race([target.sees(which, patience), trouble])
  const from = await sees('from')
  const before = cpuMs()
  const to = await sees('to')
  called.abort()
  const inFlight = cpuMs()
  const done = await allRecorded(plan, programs, patience)
  const seconds = ((coolDown > 0 ? to : done) - from) / 1000
  const after = coolDown > 0 ? inFlight : cpuMs()
  await Promise.all(programs.map(stop))
  const perTask = (which: keyof typeof before) => ((after[which] - before[which]) * 1000) / tasks
  return {
    seconds,
    perSecond: tasks / seconds,
    cpu: { programs: perTask('programs'), database: perTask('database'), target: perTask('target') },
  }
}

/** Waits until no task remains. Returns the time, in ms since 1970. */
async function allRecorded({ remaining }: Drain, programs: readonly Program[], patience: number): Promise<number> {
  const until = performance.now() + patience
  for (let left = await remaining(); left > 0; left = await remaining()) {
    if (performance.now() > until)
      throw new Error(
        `${left} tasks were called but not recorded as done. ${programs.map((program) => program.lastWords()).join('\n')}`,
      )
    await Bun.sleep(lookEveryMs)
  }
  return performance.timeOrigin + performance.now()
}

/** @throws when a call fails. Never returns, so that it does not end a race; looks no more once `over` is aborted. */
async function failWhenCallFails({ failure, tasks }: Drain, over: AbortSignal): Promise<never> {
  while (failure && !over.aborted) {
    await Bun.sleep(failureEveryMs)
    const error = over.aborted ? undefined : await failure()
    if (error !== undefined) throw new Error(`One of ${tasks} calls failed: ${error}`)
  }
  return new Promise<never>(() => {})
}

async function failWhenEnded(program: Program): Promise<never> {
  const code = await program.exited
  throw new Error(`${program.file} ended with ${code} in the middle of the drain. ${program.lastWords()}`)
}
