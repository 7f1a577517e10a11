import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { refusal } from '../support/config-refusal.ts'

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const token = 'a token of mine'

test('the defaults match the documentation, and an empty variable counts as unset', () => {
  const names = [
    'PORT',
    'HOST',
    'DATABASE_URL',
    'DATABASE_MIGRATION_URL',
    'DATABASE_POOL',
    'DULY_URL',
    'SERVICE_ID',
    'SCHEDULER_CRON',
    'SCHEDULER_ON_TIME',
    'SECRET_KEY',
    'SECRET_KEY_OLD',
    'SECRET_HEADERS',
    'TRUST_PROXY',
    'LOG_LEVEL',
  ]
  for (const env of [{}, Object.fromEntries(names.map((name) => [name, ' ']))])
    expect(readConfig(env)).toMatchObject({
      port: 8080,
      hosts: ['127.0.0.1', '::1'],
      databaseUrl: undefined,
      databasePool: 8,
      dataDir: '.data',
      dulyUrl: undefined,
      service: undefined,
      schedulerCron: '*/10 * * * *',
      schedulerOnTime: true,
      schedulerEnabled: true,
      requestTimeoutSeconds: 30,
      shutdownGraceSeconds: 25,
      executionRetentionDays: 30,
      failureRetentionDays: 30,
      answerRetentionDays: 30,
      auditRetentionDays: 90,
      heartbeatUrl: undefined,
      secretKeys: [],
      secretHeaders: [],
      trustedProxies: [],
      zoneDirectories: ['/usr/share/zoneinfo', '/usr/lib/zoneinfo', '/usr/share/lib/zoneinfo', '/etc/zoneinfo'],
      logLevel: 'info',
    })
})

test('reads every variable', () => {
  const env = {
    PORT: '0',
    HOST: '0.0.0.0',
    DATABASE_URL: 'postgresql://user:p%40ss@db.example:6432/duly?sslmode=require',
    DATABASE_MIGRATION_URL: 'postgres://owner@db.example/duly',
    DATABASE_POOL: '7',
    DATA_DIR: '/srv/duly',
    DULY_URL: 'https://duly.example/under/',
    SERVICE_ID: id.toUpperCase(),
    SERVICE_TOKEN: token,
    SERVICE_NAME: 'mine',
    SCHEDULER_CRON: '0 */2 * * MON-fri',
    SCHEDULER_ON_TIME: 'FALSE',
    SCHEDULER_ENABLED: '0',
    SCHEDULER_CONCURRENCY: '7',
    REQUEST_TIMEOUT_SECONDS: '3600',
    SHUTDOWN_GRACE_SECONDS: '0',
    EXECUTION_RETENTION_DAYS: '1',
    AUDIT_RETENTION_DAYS: '2',
    TASK_HISTORY_BYTES: '1000000',
    SECRET_KEY: '11'.repeat(32),
    SECRET_KEY_OLD: `${Buffer.alloc(32, 2).toString('base64')}, ${'33'.repeat(32)}`,
    SECRET_HEADERS: 'X-Stamp, *-pin',
    TRUST_PROXY: '10.0.0.0/8, ::1',
    HEARTBEAT_URL: 'https://hc-ping.example/secret',
    TZDIR: '/srv/zoneinfo',
    LOG_LEVEL: 'Warn',
  }
  expect(readConfig(env).secretKeys.map(({ bytes }) => bytes[0])).toEqual([0x11, 2, 0x33])
  expect(readConfig(env)).toMatchObject({
    auditRetentionDays: 2,
    taskHistoryBytes: 1_000_000,
    secretHeaders: ['X-Stamp', '*-pin'],
    port: 0,
    hosts: ['0.0.0.0'],
    databaseUrl: env.DATABASE_URL,
    databaseMigrationUrl: env.DATABASE_MIGRATION_URL,
    databasePool: 7,
    dataDir: '/srv/duly',
    dulyUrl: 'https://duly.example/under',
    service: { id, token, name: 'mine' },
    schedulerCron: '0 */2 * * MON-fri',
    schedulerOnTime: false,
    schedulerEnabled: false,
    schedulerConcurrency: 7,
    requestTimeoutSeconds: 3600,
    shutdownGraceSeconds: 0,
    executionRetentionDays: 1,
    trustedProxies: [{ isSingleAddress: false }, { isSingleAddress: true }],
    heartbeatUrl: 'https://hc-ping.example/secret',
    zoneDirectories: ['/srv/zoneinfo'],
    logLevel: 'warn',
  })
})

const wrong: Record<string, [values: string[], expected: RegExp]> = {
  PORT: [['-1', '65536', '80a', '8080.0', '0x50', '1e3', '٣'], /a whole number from 0 to 65535/],
  SCHEDULER_CRON: [
    [
      '*/10 * * *',
      '* * * * * * *',
      '60 * * * *',
      '* * L * *',
      '* * * * MON#1',
      '@hourly',
      '? * * * *',
      '0 0 31 2 *',
      'x',
    ],
    /a cron expression of five fields that comes due/,
  ],
  DATABASE_POOL: [['6', '101', '0', '8 connections'], /a whole number from 7 to 100/],
  SCHEDULER_ON_TIME: [['yes', '2', 'truee'], /true or false/],
  SCHEDULER_ENABLED: [['on', '-'], /true or false/],
  SCHEDULER_CONCURRENCY: [['0', '10001', 'many'], /a whole number from 1 to 10000/],
  REQUEST_TIMEOUT_SECONDS: [['0', '3601', '30s'], /a whole number from 1 to 3600/],
  SHUTDOWN_GRACE_SECONDS: [['-1', '3601'], /a whole number from 0 to 3600/],
  EXECUTION_RETENTION_DAYS: [['0', '99999'], /a whole number from 1 to 3650/],
  FAILURE_RETENTION_DAYS: [['0', '3651'], /a whole number from 1 to 3650/],
  ANSWER_RETENTION_DAYS: [['0', '-1'], /a whole number from 1 to 3650/],
  AUDIT_RETENTION_DAYS: [['0', '99999'], /a whole number from 1 to 3650/],
  TASK_HISTORY_BYTES: [['999999', '1'], /0 for no cap, or 1000000 or more/],
  SECRET_HEADERS: [['a b', 'X-Key:'], /a list of header names, \* for any characters, and "[^"]+" is not one/],
  TRUST_PROXY: [
    ['10.0.0.0/33', '10.0.0.1 proxy.example', '.example', 'localhost', '10.0.0', '10.0.0.1;10.0.0.2', 'true', '*'],
    /a list of CIDRs and addresses, and "[^"]+" is not one/,
  ],
  LOG_LEVEL: [['loud', '30'], /one of fatal, error, warn, info, debug, trace, silent/],
}
for (const [name, [values, expected]] of Object.entries(wrong))
  test(`an invalid ${name} is an error with its name, its value and the allowed values`, () => {
    for (const value of values) {
      const sentence = refusal({ [name]: value })
      expect(sentence).toStartWith(`${name} is ${JSON.stringify(value)}, but it must be `)
      expect(sentence).toMatch(expected)
      expect(sentence).toEndWith('.')
      expect(sentence).not.toContain('\n')
    }
  })

test('an invalid HEARTBEAT_URL is an error that does not quote it', () => {
  for (const value of ['hc-ping.com/very-secret', 'ftp://very-secret', 'https://very-secret:word@a', 'https://', '/x'])
    expect(refusal({ HEARTBEAT_URL: value })).toMatch(/^HEARTBEAT_URL does not parse: (?!.*very-secret).*\.$/)
})

test('the settings cannot be changed once they are read', () => {
  const config = readConfig({})
  expect(() => Object.assign(config, { port: 1 })).toThrow()
})

test("1,000 seats by default, fewer when Bun's limit of requests or the limit of open files is lower", () => {
  const raised = { BUN_CONFIG_MAX_HTTP_REQUESTS: '65000' }
  expect(readConfig(raised).schedulerConcurrency).toBe(1000)
  expect(readConfig({}).schedulerConcurrency).toBe(256)
  expect(readConfig(raised, 1024).schedulerConcurrency).toBe(768)
  expect(readConfig(raised, 100).schedulerConcurrency).toBe(1)
})

test('more seats than open files is an error that says how to raise the limit', () => {
  const env = { BUN_CONFIG_MAX_HTTP_REQUESTS: '65000', SCHEDULER_CONCURRENCY: '2000' }
  expect(readConfig(env, 4096).schedulerConcurrency).toBe(2000)
  expect(() => readConfig(env, 1024)).toThrow(/may open only 1024 files.*ulimit -n\) to 2256 or more/)
})

test('failures are not kept shorter than other executions, nor answers longer than failures', () => {
  expect(refusal({ FAILURE_RETENTION_DAYS: '29' })).toBe(
    'FAILURE_RETENTION_DAYS is 29 and EXECUTION_RETENTION_DAYS is 30: failed executions are kept as long as the others, or longer. Set FAILURE_RETENTION_DAYS to 30 or more, or EXECUTION_RETENTION_DAYS lower.',
  )
  expect(refusal({ ANSWER_RETENTION_DAYS: '31' })).toBe(
    'ANSWER_RETENTION_DAYS is 31, but executions are kept for 30 days at most, and answers go with them. Set it to 30 or less, or FAILURE_RETENTION_DAYS higher.',
  )
  const kept = readConfig({ FAILURE_RETENTION_DAYS: '365', ANSWER_RETENTION_DAYS: '90' })
  expect(kept).toMatchObject({ executionRetentionDays: 30, failureRetentionDays: 365, answerRetentionDays: 90 })
  expect(readConfig({ FAILURE_RETENTION_DAYS: '365' }).answerRetentionDays).toBe(365)
})
