import { type Metric, Registry } from 'prom-client'
import type { Distribution } from './distribution.ts'

export type Labels = Readonly<Record<string, string>>
export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

type Read = () => readonly Sample[] | number | undefined
interface Value {
  readonly labels: Labels
  readonly value: number
  readonly metricName?: string
}

/**
 * Metrics whose numbers are kept elsewhere, as plain ones, and read when somebody asks. One whose number is unknown just
 * then is left out: a 0 would be a claim.
 */
export class Exposition {
  readonly registry = new Registry()

  gauge(name: string, help: string, read: Read): void {
    this.#register('gauge', name, help, () => samplesOf(read))
  }

  counter(name: string, help: string, read: Read): void {
    this.#register('counter', name, help, () => samplesOf(read))
  }

  histogram(
    name: string,
    help: string,
    read: () => Iterable<{ readonly labels?: Labels; readonly values: Distribution }>,
  ): void {
    this.#register('histogram', name, help, () =>
      [...read()].flatMap(({ labels = {}, values }) => bucketsOf(name, labels, values)),
    )
  }

  #register(type: 'gauge' | 'counter' | 'histogram', name: string, help: string, read: () => Value[]): void {
    const own = { name, help, type, aggregator: 'sum' }
    // The registry asks nothing of a metric but this; its own classes would have to be told each number as it happens.
    this.registry.registerMetric({ ...own, get: async () => ({ ...own, values: read() }) } as unknown as Metric<string>)
  }
}

function samplesOf(read: Read): Value[] {
  const found = read()
  if (found === undefined) return []
  return typeof found === 'number'
    ? [{ labels: {}, value: found }]
    : found.map(({ labels = {}, value }) => ({ labels, value }))
}

function bucketsOf(name: string, labels: Labels, { bounds, counts, sum }: Distribution): Value[] {
  let count = 0
  const buckets = [...counts].map((inBucket, index) => {
    count += inBucket
    return { metricName: `${name}_bucket`, labels: { ...labels, le: String(bounds[index] ?? '+Inf') }, value: count }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
