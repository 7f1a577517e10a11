import { type Metric, Registry } from 'prom-client'
import type { Distribution } from './distribution.ts'

/** Label names and values. */
type Labels = Readonly<Record<string, string>>

/** One value of a metric, and its labels. */
interface Sample {
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
 * Metrics that read their values when they are scraped, from variables elsewhere. A metric whose `read` returns undefined
 * is missing from that scrape; 0 would be a wrong value.
 */
export class Exposition {
  /** Holds the metrics, and formats them as text. */
  readonly registry = new Registry()

  /** Registers a gauge. */
  gauge(name: string, help: string, read: Read): void {
    this.#register('gauge', name, help, () => samplesOf(read))
  }

  /** Registers a counter. */
  counter(name: string, help: string, read: Read): void {
    this.#register('counter', name, help, () => samplesOf(read))
  }

  /** Registers a histogram. */
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
    // A registry needs only these fields of a metric. prom-client's own classes would need a call for each event.
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
