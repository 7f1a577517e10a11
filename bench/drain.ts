import type { Server } from './database.ts'
import type { Program } from './process.ts'
import type { Target } from './target.ts'

/** The rate by which the timeout of a drain is computed, in tasks per second; the time for a start is added. */
const slowest = 200
const startWithinMs = 120_000
const lookEveryMs = 20

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
 * @throws if it does not end in time, or if a program ends
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
  // If the programs have ended, no further call will come.
  const sees = (which: 'from' | 'to') => Promise.race([target.sees(which, patience), ...programs.map(failWhenEnded)])
  const from = await sees('from')
  const before = cpuMs()
  const to = await sees('to')
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

async function failWhenEnded(program: Program): Promise<never> {
  const code = await program.exited
  throw new Error(`${program.file} ended with ${code} in the middle of the drain. ${program.lastWords()}`)
}
