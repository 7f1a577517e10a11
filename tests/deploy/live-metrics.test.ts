import { afterAll, beforeAll, expect, test } from 'bun:test'
import { samplesOf } from '../metrics/scrape.ts'
import { createAccount } from '../support/app.ts'
import { emptyDatabase, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything } from '../support/process.ts'
import { closeProxies, DatabaseProxy } from '../support/proxy.ts'
import { startReplica } from '../support/replica.ts'
import { endedExecutions, insertTask } from '../support/rows.ts'
import { ask } from '../support/service.ts'
import { stopTargets, Target } from '../support/target.ts'
import type { Matcher } from './promql.ts'
import { queries } from './queries.ts'

/** Labels that Prometheus adds to all that it scrapes. */
const ownLabels = ['namespace', 'job', 'instance']
/** The metric that Prometheus writes for each target. */
const ownMetric = 'up'

/** The values of each label of each metric, from a replica that has called a task and has lost its database for a moment. */
const live = new Map<string, Map<string, Set<string>>>()
/** The type of each metric; that of a histogram also stands for its buckets. */
const types = new Map<string, string>()

beforeAll(async () => {
  await emptyDatabase()
  const [account, target] = [await createAccount(), new Target()]
  const proxy = await DatabaseProxy.start(testDatabaseUrl)
  const replica = await startReplica(account, { databaseUrl: proxy.url })
  await endedExecutions(await insertTask({ service_id: account.id, url: target.url() }))
  proxy.refuse()
  for (const path of ['/health/ready', '/tasks']) expect((await ask(replica, 'GET', path)).status).toBe(503)
  proxy.pass()
  await eventually(
    async () => (await ask(replica, 'GET', '/health/ready')).status === 200,
    'the replica is ready again',
  )
  const text = await eventually(async () => {
    const metrics = await (await fetch(`${replica.base}/metrics`)).text()
    return metrics.includes('duly_due_lag_seconds ') && metrics
  }, 'the figures of the database')
  for (const sample of samplesOf(text).keys()) noteSample(sample)
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    types.set(name, type).set(`${name}_bucket`, type)
})

afterAll(async () => {
  await endEverything()
  closeProxies()
  stopTargets()
})

/** Notes a sample such as `duly_pool_connections_max{pool="api"}`. */
function noteSample(sample: string): void {
  const [, metric = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(sample) ?? []
  const known = live.get(metric) ?? new Map<string, Set<string>>()
  live.set(metric, known)
  for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
    known.set(label, (known.get(label) ?? new Set()).add(value))
}

/** Whether a condition is on a label that exists, and on at least one of its values. */
function isTrueOfSome(metric: string, { label, op, value }: Matcher): boolean {
  const values = [...(live.get(metric)?.get(label) ?? [])]
  return values.some((known) => (op.includes('~') ? new RegExp(`^(?:${value})$`).test(known) : known === value))
}

test('every metric of the rules and the dashboard is in /metrics', () => {
  const used = queries.flatMap(({ query }) => query.selectors.map(({ metric }) => metric))
  expect(new Set(used).size).toBeGreaterThan(20)
  expect(used.filter((metric) => metric !== ownMetric && !live.has(metric))).toEqual([])
})

test('every condition is on a label that the metric has, and on a value that it takes', () => {
  const conditions = queries
    .flatMap(({ query }) => query.selectors)
    .flatMap(({ metric, matchers }) => matchers.map((matcher) => ({ metric, matcher })))
    .filter(({ matcher }) => !ownLabels.includes(matcher.label))
  expect(conditions.length).toBeGreaterThan(8)
  expect(conditions.filter(({ metric, matcher }) => !isTrueOfSome(metric, matcher))).toEqual([])
})

test('every label by which a query groups is one of its metrics', () => {
  for (const { from, query } of queries) {
    const known = query.selectors.flatMap(({ metric }) => [...(live.get(metric)?.keys() ?? [])])
    expect(
      query.groupings.filter((label) => ![...known, ...ownLabels].includes(label)),
      from,
    ).toEqual([])
  }
})

test('rate and increase are taken of counters and histograms, and of nothing else', () => {
  for (const { from, query } of queries)
    for (const { metric, rangeFunction } of query.selectors.filter(({ metric }) => metric !== ownMetric)) {
      const grows = ['counter', 'histogram'].includes(types.get(metric) ?? '')
      const isRate = ['rate', 'increase'].includes(rangeFunction ?? '')
      expect([from, metric, isRate]).toEqual([from, metric, grows])
    }
})

test('every metric of Duly that docs/metrics.md lists is in /metrics, and the other way round', async () => {
  const listed = new Set((await Bun.file('docs/metrics.md').text()).match(/\bduly_[a-z_]+(?=[`{(])/g))
  const exposed = [...types.keys()].filter((name) => name.startsWith('duly_') && !name.endsWith('_bucket'))
  expect([...listed].sort()).toEqual([...new Set(exposed)].sort())
})
