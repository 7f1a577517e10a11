import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { root } from './process.ts'
import { number } from './report.ts'

/** More of the cores than this is in use by others: figures will be off. */
const busyShare = 0.25

/** The machine and what runs on it, in one sentence. */
export function describeMachine(postgres: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU'
  const memory = number(totalmem() / 2 ** 30)
  return `${model}, ${availableParallelism()} cores, ${memory} GiB of memory, Linux ${release()} (${process.arch}); Bun ${Bun.version}, PostgreSQL ${postgres}`
}

/** The commit of the checkout, and whether it was changed; undefined outside a checkout. */
export function describeCommit(): string | undefined {
  const git = Bun.which('git')
  if (!git) return undefined
  const said = Bun.spawnSync([git, 'describe', '--always', '--dirty=, changed'], { cwd: root, stderr: 'ignore' })
  return said.exitCode === 0 ? `commit ${said.stdout.toString().trim()}` : undefined
}

/** A warning when the machine is at work already. */
export function busyWarning(): string | undefined {
  const [load = 0] = loadavg()
  return load / availableParallelism() > busyShare
    ? `This machine is at work already (load ${load.toFixed(2)}): the figures will be off. Run the bench on an idle one.`
    : undefined
}
