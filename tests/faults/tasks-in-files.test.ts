// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references to secrets
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import fc from 'fast-check'
import { type FieldName, fieldNames } from '../../src/task-fields/fields.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'

afterAll(endEverything)

let service: Service
const folder = temporaryFolder()
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
  expect(await ask(service, 'PUT', '/secrets/API_TOKEN', { value: 'a-secret' })).toMatchObject({ status: 201 })
  const ca = await Bun.file(join(import.meta.dir, '../support/certificates/authority.crt')).text()
  expect(await ask(service, 'PUT', '/tls-profiles/internal', { ca })).toMatchObject({ status: 201 })
  expect(await ask(service, 'PUT', '/calendars/work', {})).toMatchObject({ status: 201 })
  expect(await ask(service, 'PUT', '/flows/slow', { concurrency: 1 })).toMatchObject({ status: 201 })
})

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab ${}:#-\'"\\\t\n\r\u202e\u0085é😀1.0'), maxLength }),
    fc.constantFrom('no', '1.10', '~', '${A}', '$${secret.A}', '${secret.API_TOKEN}', '2026-11-24', '0o17', '<<'),
  )
const ascii = fc.string({ unit: fc.constantFrom(...'ab ${}:#-\'"\\19.'), maxLength: 20 }).map((one) => one.trim())
const seconds = (max: number) => fc.integer({ min: 1, max })

/** Values of each field that a task may have. A field that is added without an entry here fails to compile. */
const values: Readonly<
  Record<
    Exclude<
      FieldName,
      | 'key'
      | 'frequency'
      | 'unit'
      | 'cron'
      | 'time_zone'
      | 'scheduled_at'
      | 'ends_at'
      | 'max_runs'
      | 'paused_until'
      | 'calendar'
    >,
    fc.Arbitrary<unknown>
  >
> = {
  name: text(30).map((one) => `n${one}`.trim()),
  url: fc.constantFrom('http://127.0.0.1:9/', 'https://example.com/a?b=$c', 'HTTP://Example.com/%7Ea#x'),
  method: fc.constantFrom('GET', 'head', 'POST', 'Put', 'PATCH', 'DELETE', 'OPTIONS'),
  header: maybe(
    fc.record(
      {
        Authorization: fc.constantFrom('Bearer abc', 'Bearer ${secret.API_TOKEN}', '${secret.API_TOKEN}'),
        'X-Api-Key': fc.constant('a-secret-value'),
        'X-Text': ascii.filter((one) => !one.includes('${secret.')),
        accept: fc.constantFrom('no', '1.10', '$${secret.A}', '${A}'),
      },
      { requiredKeys: [] },
    ),
  ),
  payload: maybe(text(60)),
  status: maybe(fc.constantFrom('active', 'paused', 'disabled')),
  timeout_seconds: maybe(seconds(3_600)),
  retries: maybe(fc.integer({ min: 0, max: 10 })),
  retry: maybe(
    fc.record(
      {
        min_backoff_seconds: seconds(60),
        max_backoff_seconds: fc.integer({ min: 60, max: 86_400 }),
        max_doublings: fc.integer({ min: 0, max: 16 }),
        max_duration_seconds: seconds(604_800),
        on: fc.constantFrom([404], ['5xx', 'no_answer'], ['500-504', 'expect']),
      },
      { requiredKeys: [] },
    ),
  ),
  late_limit_seconds: maybe(seconds(31_536_000)),
  missed: maybe(fc.constantFrom('one', 'all', 'none')),
  calendar_rule: maybe(fc.constantFrom('skip', 'next', 'previous')),
  phase: maybe(fc.constantFrom('keep', 'restart')),
  // Shorter than the time between any two slots.
  spread_seconds: maybe(fc.integer({ min: 0, max: 4 })),
  host: maybe(fc.constantFrom('app.example.com', 'app:8080', '[::1]:80')),
  expect: maybe(
    fc.constantFrom(
      { status: ['2xx', 304, '400-404'] },
      { contains: 'no', not_contains: ['${A}', '1.10'] },
      { json: [{ pointer: '/a~1b', equals: { a: [1, '${B}', null, true, 1.5] } }] },
    ),
  ),
  secret_url: maybe(fc.boolean()),
  tls_profile: maybe(fc.constant('internal')),
  flow: maybe(fc.constant('slow')),
  labels: maybe(fc.dictionary(fc.constantFrom('team', 'on', '1.0', 'a/b'), text(20))),
}
const schedules = fc.oneof(
  fc.record({
    frequency: seconds(100),
    unit: fc.constantFrom('minute', 'hour', 'day', 'week', 'month'),
    ends_at: maybe(fc.constantFrom('2199-12-31T23:00:00Z', '2200-01-01T00:00:00.5Z')),
    max_runs: maybe(seconds(1_000_000)),
  }),
  fc.record(
    {
      cron: fc.constantFrom(
        ...['30 2 * * MON-FRI', '*/5 0-12 1,15 jan 7', ' 0  3 1 1 *', '@Daily;0 9 ? * fri#2', '*/20 0 9 L,15W * *'],
        'every 2 weeks at 09:00 from 2026-11-30',
      ),
      time_zone: fc.constantFrom('UTC', 'Europe/Berlin'),
      calendar: maybe(fc.constant('work')),
    },
    { requiredKeys: ['cron'] },
  ),
  fc.constant({ scheduled_at: '2099-01-01T00:00:00.123456Z' }),
)

/** A task as a create takes it. HEAD has no body to expect anything of, and a TLS profile is for https. */
const anyTask = fc
  .tuple(fc.record(values), schedules)
  .map(([fields, schedule]) => ({ ...(fields as Record<string, unknown>), ...schedule }) as Record<string, unknown>)
  .map((task) => {
    if (String(task.method).toUpperCase() === 'HEAD') delete task.expect
    if (task.tls_profile !== undefined) task.url = 'https://example.com/'
    if (task.status === 'paused' && Number(task.retries) > 4) task.paused_until = '2199-12-31T23:00:00.25+01:00'
    return task
  })

const env = () => ({ DATA_DIR: service.dataDir, DULY_URL: service.base })

async function said(code: number, ...args: string[]): Promise<string> {
  const result = await duly(args, env())
  expect({ args, code: result.code, err: result.err.replace(/^warning: .*\n/gm, '') }).toEqual({ args, code, err: '' })
  return result.out
}

/** All tasks without what counts up or is renamed with an apply. */
async function stored() {
  const { body } = await ask(service, 'GET', '/tasks')
  return (body as Record<string, unknown>[]).map(({ key: _, updated_at: __, ...task }) => task)
}

test('whatever fields tasks have, an export plans to nothing but their adoption, and then to no changes', async () => {
  const ofSchedules = ['frequency', 'unit', 'ends_at', 'max_runs', 'cron', 'time_zone', 'calendar', 'scheduled_at']
  expect([...Object.keys(values), ...ofSchedules, 'paused_until', 'key'].sort()).toEqual([...fieldNames].sort())
  const seed = Date.now()
  const tasks = fc.sample(anyTask, { numRuns: 150, seed }).map((task, at) => ({
    ...task,
    name: `${task.name} ${at}`,
    ...(at % 3 === 0 ? { key: `key/${at}` } : at % 3 === 1 ? { key: `named-${at}`, name: `named-${at}` } : {}),
  }))
  const created = await ask(service, 'POST', '/tasks/bulk', { tasks })
  expect({ seed, status: created.status, errors: created.body.errors }).toEqual({
    seed,
    status: 201,
    errors: undefined,
  })
  const before = await stored()
  for (const kind of ['yaml', 'json']) {
    const file = join(folder, `all.${kind}`)
    await Bun.write(file, await said(0, 'export', '--all', ...(kind === 'json' ? ['--json'] : [])))
    const plan = JSON.parse(await said(0, 'plan', '-f', file, '--set', 'all', '--adopt', '--json'))
    const other = plan.changes.filter(
      ({ action, fields, secrets }: { action: string; fields: object; secrets: unknown[] }) =>
        action !== 'adopt' || Object.keys(fields).some((name) => name !== 'key') || secrets.length > 0,
    )
    expect({ seed, refused: plan.refused, other }).toEqual({ seed, refused: [], other: [] })
    expect(plan.changes).toHaveLength(150)
  }
  await said(0, 'apply', '-f', join(folder, 'all.yaml'), '--set', 'all', '--adopt')
  expect(await stored()).toEqual(before)
  const file = join(folder, 'set.yaml')
  await Bun.write(file, await said(0, 'export', '--set', 'all'))
  expect(await said(0, 'plan', '-f', file, '--exit-code')).toContain('No changes: 150 unchanged.')
})

test('an export with variables makes the same tasks in a service that has none', async () => {
  const { code, out, err } = await duly(['export', '--all', '--variables'], env())
  expect(code).toBe(0)
  const file = join(folder, 'moved.yaml')
  await Bun.write(file, out)
  expect(out).not.toContain('********')
  // What stderr lists is all that has to be set. What has no key yet would be made a second time.
  const names = [...err.matchAll(/^set (\w+): (header|URL) /gm)].map(([, name, kind]) => [
    name,
    kind === 'URL' ? 'https://example.com/new' : 'x',
  ])
  expect(err).toMatch(/^duly secret set API_TOKEN: a named secret$/m)
  expect(err).toMatch(/^duly tls-profile set internal: a TLS profile$/m)
  expect(err).toMatch(/^duly flow set slow: a flow$/m)
  expect(err).toMatch(/^duly calendar set work: a calendar$/m)
  const comparable = async () =>
    (await stored())
      .map(
        // With a spread, when a task starts depends on its id.
        ({ id: _, created_at: __, starts_at: ___, scheduled_at, url, ...task }): Record<string, unknown> => ({
          ...task,
          url: task.secret_url ? '' : url,
          scheduled_at: task.cron === null && task.frequency === null ? scheduled_at : '',
        }),
      )
      .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1))
  const before = await comparable()
  const ids = ((await ask(service, 'GET', '/tasks?fields=id')).body as { id: string }[]).map(({ id }) => id)
  for (const id of ids) await ask(service, 'DELETE', `/tasks/${id}`)
  const applied = await duly(['apply', '-f', file, '--set', 'moved'], { ...env(), ...Object.fromEntries(names) })
  expect({ code: applied.code, err: applied.err.replace(/^warning: .*\n/gm, '') }).toEqual({ code: 0, err: '' })
  expect(await comparable()).toEqual(before)
})

test('what was changed by hand is shown, is put back if the file states it, and stays if not', async () => {
  const file = join(folder, 'shop.yaml')
  const url = 'http://127.0.0.1:9/'
  const task = (more: string) => `{url: "${url}", method: POST, frequency: 1, unit: day${more}}`
  await Bun.write(
    file,
    `set: shop\ntasks:\n  shop/a: ${task(', retries: 2')}\n  shop/b: ${task('')}\n  shop/c: ${task('')}\n`,
  )
  expect(await said(3, 'plan', '-f', file, '--exit-code')).toEndWith('\nPlan: 3 to create.\n')
  expect(await said(0, 'apply', '-f', file, '--source', '3f9c2e1')).toEndWith(
    '\nApplied: 3 created. The task set shop is at revision 1.\n',
  )
  expect(await said(0, 'apply', '-f', file)).toEndWith(
    'Nothing to apply: 3 unchanged. The task set shop is at revision 1.\n',
  )
  await ask(service, 'POST', '/tasks/by-key/shop%2Fa', { retries: 5, status: 'paused' })
  await ask(service, 'DELETE', '/tasks/by-key/shop%2Fb')
  const shown = await said(0, 'task-set', 'get', 'shop')
  expect(shown).toMatch(/\nRevision +1\n(.*\n)*Source +3f9c2e1\nDrift +2 tasks changed or deleted by hand\n/)
  expect(shown).toContain('  shop/a\n    retries  applied 2, now 5\n  shop/b: deleted by hand\n')
  expect(JSON.parse(await said(0, 'task-set', 'members', 'shop', '--drifted', '--json'))).toHaveLength(2)
  expect(await said(0, 'task-set', 'members', 'shop')).toMatch(
    /^shop\/a\t.*\tretries\t.*\nshop\/b\t.*\tdeleted\t.*\nshop\/c\t.*\t-\t/,
  )
  expect(await said(0, 'task-set', 'list')).toMatch(/^shop\t1\t3\t.*\t3f9c2e1$/m)
  const plan = await said(0, 'plan', '-f', file)
  expect(plan).toContain('~ update shop/a\n    retries  5 → 2 (changed by hand)\n')
  expect(plan).toContain('+ create shop/b')
  expect(await said(0, 'export', '--set', 'shop')).toContain('# shop/b was deleted by hand')
  await said(0, 'apply', '-f', file)
  expect(await ask(service, 'GET', '/tasks/by-key/shop%2Fa')).toMatchObject({ body: { retries: 2, status: 'paused' } })
  const { err } = await duly(['plan', '-f', file, '--set', 'other'], env())
  expect(err).toStartWith('duly: An apply of this plan is refused: ')
  await Bun.write(file, 'set: shop\ntasks:')
  expect((await duly(['plan', '-f', file], env())).err).toContain('(--allow-empty)')
  expect(await said(0, 'task-set', 'delete', 'shop', '--yes')).toBe('Forgot the task set shop. Its tasks stay.\n')
  expect(await ask(service, 'GET', '/tasks/by-key/shop%2Fa')).toMatchObject({ status: 200 })
  expect((await duly(['task-set', 'get', 'shop'], env())).err).toBe(
    'duly: There is no task set shop: duly task-set list shows them.\n',
  )
})

test('an error of the service names file and line', async () => {
  const file = join(folder, 'wrong.yaml')
  await Bun.write(
    file,
    'set: wrong\ntasks:\n  x:\n    url: http://127.0.0.1:9/\n    method: FETCH\n    cron: 0 1 * * *\n    header:\n      A: ä\n',
  )
  const { code, err } = await duly(['plan', '-f', file], env())
  expect({ code, err: err.replaceAll(file, 'wrong.yaml') }).toEqual({
    code: 1,
    err: expect.stringMatching(
      /^duly: The files cannot be used:\nwrong\.yaml:5: x: method must be .*\nwrong\.yaml:8: x: header\.A must be .*\n$/,
    ),
  })
})
