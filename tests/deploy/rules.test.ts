import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../support/process.ts'
import { objectOf, readYaml } from './manifests.ts'
import { parseQuery } from './promql.ts'
import { dashboard, groups, queries, rules } from './queries.ts'

/** Labels that Prometheus adds to all that it scrapes. */
const ownLabels = ['namespace', 'job', 'instance']

test('a query that is not valid is found', () => {
  expect(() => parseQuery('sum by (job (duly_seats)')).toThrow('This is no PromQL')
  expect(parseQuery('max by (kind) (rate(a_total{b=~"c"}[5m])) > 1')).toEqual({
    selectors: [
      {
        metric: 'a_total',
        matchers: [{ label: 'b', op: '=~', value: 'c' }],
        aggregation: 'max',
        rangeFunction: 'rate',
      },
    ],
    groupings: ['kind'],
  })
})

test('each alert has a time, a severity, a summary, a description and its section of docs/operating.md', () => {
  const sections = readFileSync(join(checkout, 'docs/operating.md'), 'utf8').match(/(?<=^### )Duly\w+$/gm) ?? []
  expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).sort())
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  for (const { alert, for: time, labels, annotations } of rules) {
    expect(alert).toMatch(/^Duly[A-Z][A-Za-z]+$/)
    expect(time, alert).toMatch(/^\d+[mh]$/)
    expect(['critical', 'warning', 'info'], alert).toContain(labels.severity ?? '')
    expect(annotations.summary, alert).toEndWith('.')
    expect(annotations.description, alert).toEndWith('.')
    expect(annotations.runbook).toBe(`docs/operating.md#${alert.toLowerCase()}`)
  }
})

test('each alert fires in a case of rules-test.yaml, which promtool runs', () => {
  const { rule_files, tests } = readYaml('prometheus/rules-test.yaml')
  expect(rule_files).toEqual(['rules.yaml'])
  type Case = { alert_rule_test: { alertname: string; exp_alerts?: object[] }[] }
  const fired = (tests as Case[]).flatMap((one) =>
    one.alert_rule_test.filter(({ exp_alerts = [] }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
  )
  expect([...new Set(fired)].sort()).toEqual(rules.map(({ alert }) => alert).sort())
})

test('the rules of the Prometheus Operator are the same', () => {
  expect(objectOf('PrometheusRule', 'duly').spec.groups).toEqual(groups)
})

test('what texts show of labels is left by the query', () => {
  for (const { from, query, shown } of queries) {
    const left = query.groupings.length > 0 ? query.groupings : ownLabels
    expect(
      shown.filter((label) => !left.includes(label)),
      from,
    ).toEqual([])
  }
})

const databaseFigures = /^duly_(database_up|alerts_open|due_lag_seconds|oldest_transaction_seconds|dead_tuples)$/

test('figures of the database, which every replica reports, are never added up', () => {
  const used = queries.flatMap(({ query }) => query.selectors).filter(({ metric }) => databaseFigures.test(metric))
  expect(used.length).toBeGreaterThan(10)
  for (const { metric, aggregation } of used) expect(['max', 'min'], metric).toContain(aggregation ?? '')
})

test('every panel of the dashboard has a title, a description, queries, and the data source of the variable', () => {
  const [source, ...others] = dashboard.templating.list
  expect(source).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
  expect(others.map(({ name }) => name)).toEqual(['namespace', 'job'])
  const ids = dashboard.panels.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { type, title, description, datasource, targets = [] } of dashboard.panels) {
    expect(title).toBeTruthy()
    if (type === 'row') continue
    expect(description, title).toEndWith('.')
    expect(targets.length, title).toBeGreaterThan(0)
    for (const { uid } of [datasource, ...targets.map((target) => target.datasource)].flatMap((one) => one ?? []))
      expect(uid).toMatch(/^\$\{datasource\}$/)
  }
})

test('every query of the dashboard is of the chosen namespace and job', () => {
  for (const { targets = [] } of dashboard.panels)
    for (const { expr } of targets)
      for (const { matchers } of parseQuery(expr.replaceAll('$__rate_interval', '5m')).selectors)
        expect(matchers.slice(0, 2)).toEqual([
          { label: 'namespace', op: '=~', value: '$namespace' },
          { label: 'job', op: '=~', value: '$job' },
        ])
})

test('no two panels of the dashboard overlap', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
})
