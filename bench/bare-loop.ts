import type { Bench } from './bench.ts'
import type { Drained } from './drain.ts'
import { Program } from './process.ts'
import { type Target, trustTarget } from './target.ts'

export type Measured = Pick<Drained, 'perSecond' | 'cpu'>

export interface Loop {
  readonly calls: number
  readonly concurrency: number
  /** Whether a connection serves further calls. */
  readonly keepalive: boolean
}

/** The rate by which the timeout is computed, in calls per second. */
const slowest = 200

/** Runs fetch-loop.ts and measures its calls per second. @throws if a call fails */
export async function runLoop({ server }: Bench, target: Target, loop: Loop): Promise<Measured> {
  const { calls, concurrency, keepalive } = loop
  await target.reset(1, calls)
  await server.checkpoint()
  const targetMs = target.program.cpuMs()
  const program = new Program(
    'bench/fetch-loop.ts',
    [`${target.url}/`, String(calls), String(concurrency), String(keepalive)],
    trustTarget,
  )
  const perSecond = Number(await program.output(30_000 + (calls / slowest) * 1000))
  const perCall = (ms: number) => (ms * 1000) / calls
  return {
    perSecond,
    cpu: { programs: perCall(program.cpuMs()), database: 0, target: perCall(target.program.cpuMs() - targetMs) },
  }
}
