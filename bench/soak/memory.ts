import { readFileSync } from 'node:fs'

/** The memory of a process at one time, in MB (10^6 bytes). */
export interface Sample {
  /** Minutes since the load started. */
  readonly at: number
  readonly resident: number
  /** The part that is not backed by files: heaps and stacks. */
  readonly anonymous: number
}

/** Reads the memory of a process as the kernel counts it. @throws if there is no such process */
export function readMemory(pid: number, at: number): Sample {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const read = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6
  return { at, resident: read('Rss'), anonymous: read('Anonymous') }
}

/** Returns the slope of resident memory by least squares, in MB per minute. @throws if there are fewer than two samples */
export function slope(samples: readonly Sample[]): number {
  if (samples.length < 2) throw new Error('A line needs two samples at least.')
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, each) => sum + of(each), 0) / samples.length
  const at = mean((sample) => sample.at)
  const resident = mean((sample) => sample.resident)
  const covariance = mean((sample) => (sample.at - at) * (sample.resident - resident))
  return covariance / mean((sample) => (sample.at - at) ** 2)
}

/** Splits the samples into `count` periods of equal length, from 0 to `minutes`. */
export function stretches(samples: readonly Sample[], minutes: number, count: number): Sample[][] {
  return Array.from({ length: count }, (_, n) =>
    samples.filter(({ at }) => at >= (minutes * n) / count && at < (minutes * (n + 1)) / count),
  )
}
