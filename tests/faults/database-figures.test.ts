import { afterEach, beforeEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import type { PoolLoad, Sql } from '../../src/database/sql.ts'
import { databaseFigures } from '../../src/metrics/database-figures.ts'
import { Metrics } from '../../src/metrics/metrics.ts'
import { scrape } from '../metrics/scrape.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { expectWithin } from '../support/promised.ts'
import { closeProxies, DatabaseProxy } from '../support/proxy.ts'

let proxy: DatabaseProxy
let scraped: Sql
let load: PoolLoad
beforeEach(async () => {
  proxy = await DatabaseProxy.start(testDatabaseUrl)
  load = { name: 'metrics', max: 1, underWay: 0, ended: 0 }
  scraped = connect(proxy.url, { name: 'duly test metrics', max: 1, statementTimeoutSeconds: 2, load })
})
afterEach(async () => {
  closeProxies()
  await scraped.end({ timeout: 0 })
})

const appOf = () => {
  const metrics = new Metrics({ database: databaseFigures(scraped), pools: [load] })
  return createTestApp({ metrics })
}

for (const how of ['refuse', 'stall'] as const)
  test(`with an unavailable database (${how}) a scrape takes 3 s at most, and has all other metrics`, async () => {
    const app = await appOf()
    proxy[how]()
    const asked = performance.now()
    const samples = await scrape(app)
    expectWithin(3_000, asked)
    expect(samples.get('duly_database_up')).toBe(0)
    expect([...samples.keys()].filter((name) => /due_lag|dead_tuples|oldest/.test(name))).toEqual([])
    expect(samples.get('process_start_time_seconds')).toBeGreaterThan(0)
  })

test("frequent scrapes query the database once, and the pool's statements are counted", async () => {
  const app = await appOf()
  const held = proxy.hold((statement) => statement.includes('pg_stat_activity'), 'answer')
  const first = Array.from({ length: 20 }, () => scrape(app))
  await held.reached
  expect(load).toMatchObject({ underWay: 1, ended: 0 })
  held.release()
  for (const samples of await Promise.all(first)) expect(samples.get('duly_database_up')).toBe(1)
  const samples = await scrape(app)
  expect(samples.get('duly_database_up')).toBe(1)
  expect(samples.get('duly_pool_statements_total{pool="metrics"}')).toBe(1)
  expect(samples.get('duly_pool_statements_under_way{pool="metrics"}')).toBe(0)
  expect(samples.get('duly_pool_connections_max{pool="metrics"}')).toBe(1)
})
