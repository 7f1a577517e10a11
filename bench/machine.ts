import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { root } from './process.ts'
import { number } from './report.ts'

/** The share of the cores in use by other programs above which figures are unreliable. */
const busyShare = 0.25

/** Describes the machine, Bun and PostgreSQL in one sentence. */
export function describeMachine(postgres: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU'
  const memory = number(totalmem() / 2 ** 30)
  return `${model}, ${availableParallelism()} cores, ${memory} GiB of memory, Linux ${release()} (${process.arch}); Bun ${Bun.version}, PostgreSQL ${postgres}`
}

/** Returns the commit of the checkout and whether it has changes; undefined outside a checkout. */
export function describeCommit(): string | undefined {
  const git = Bun.which('git')
  if (!git) return undefined
  const described = Bun.spawnSync([git, 'describe', '--always', '--dirty=, changed'], { cwd: root, stderr: 'ignore' })
  return described.exitCode === 0 ? `commit ${described.stdout.toString().trim()}` : undefined
}

/** Returns a warning if the machine is busy. */
export function busyWarning(): string | undefined {
  const [load = 0] = loadavg()
  return load / availableParallelism() > busyShare
    ? `This machine is busy (load ${load.toFixed(2)}): the figures will be unreliable. Run the bench on an idle machine.`
    : undefined
}
