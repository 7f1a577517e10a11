import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Plan } from '../../src/cli/client/set-plan.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { onTerminalOf } from '../support/terminal.ts'

// What the commands send and print for answers that a real service gives only at one moment: races, refusals, errors.

afterAll(endEverything)

const folder = temporaryFolder()
const file = join(folder, 'tasks.yaml')
const requests: { path: string; body: Record<string, unknown> }[] = []
let answers: Readonly<Record<string, { status?: number; body: unknown }>> = {}
const service = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async (request) => {
    const path = new URL(request.url).pathname
    requests.push({ path, body: (await request.json()) as Record<string, unknown> })
    const { status = 200, body } = answers[path.split('/').at(-1) ?? ''] ?? { status: 404, body: { message: 'none' } }
    return Response.json(body, { status })
  },
})
afterAll(() => service.stop(true))
const env = { DULY_URL: `http://127.0.0.1:${service.port}`, SERVICE_TOKEN: 'a-token-for-tests' }

const plan: Plan = {
  ...{ set: 'shop', revision: 1, digest: 'abc', refused: [], warnings: [], summary: { update: 1 } },
  changes: [
    {
      ...{ key: 'a', action: 'update', task_id: null, name: 'a', secrets: [] },
      fields: { retries: { before: 1, after: 2, drift: false } },
    },
  ],
}
const unchanged: Plan = { ...plan, changes: plan.changes.map((one) => ({ ...one, action: 'unchanged', fields: {} })) }
const refused: Plan = { ...plan, refused: [{ code: 'too_many_deletes', message: 'Too many would be deleted.' }] }

beforeAll(() =>
  Bun.write(file, 'set: shop\ndefaults: {retries: 2}\ntasks:\n  a:\n    url: http://x/\nmoved: [{from: b, to: a}]\n'),
)
beforeEach(() => {
  requests.length = 0
})

test('a plan sends the files and the options, and its exit code says whether there are changes', async () => {
  answers = { plan: { body: plan } }
  const options = [
    '--prune',
    'pause',
    '--max-deletes',
    '7',
    '--adopt',
    '--allow-empty',
    '--set',
    'other',
    '--exit-code',
  ]
  const { code, out, err } = await duly(['plan', '-f', file, ...options], env)
  expect({ code, err }).toEqual({ code: 3, err: '' })
  expect(out).toEndWith('~ update a\n    retries  1 → 2\n\nPlan: 1 to update.\n')
  const body = {
    tasks: { a: { retries: 2, url: 'http://x/' } },
    moved: [{ from: 'b', to: 'a' }],
    ...{ prune: 'pause', adopt: true, allow_empty: true, max_deletes: 7 },
  }
  expect(requests).toEqual([{ path: '/task-sets/other/plan', body }])
  answers = { plan: { body: unchanged } }
  expect(await duly(['plan', '-f', file, '--exit-code'], env)).toMatchObject({
    code: 0,
    out: expect.stringContaining('No changes'),
  })
  expect(requests[1]?.body).toMatchObject({ prune: false, adopt: false, allow_empty: false })
})

test('a plan that an apply would refuse is shown, and the exit code is 1', async () => {
  answers = { plan: { body: refused } }
  const { code, out, err } = await duly(['plan', '-f', file, '--json', '--exit-code'], env)
  expect({ code, plan: JSON.parse(out), error: JSON.parse(err) }).toMatchObject({
    ...{ code: 1, plan: refused },
    error: { code: 'plan_refused', message: 'An apply of this plan is refused: Too many would be deleted.' },
  })
  expect(await duly(['apply', '-f', file], env)).toMatchObject({ code: 1, err: expect.stringContaining('Too many') })
  expect(requests.some(({ path }) => path.endsWith('apply'))).toBe(false)
})

test('an apply sends the digest of the plan that it has shown, and the commit of CI', async () => {
  answers = { plan: { body: plan }, apply: { body: { ...plan, revision: 2 } } }
  const { code, out, err } = await duly(['apply', '-f', file], { ...env, CI_COMMIT_SHA: '3f9c2e1' })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toEndWith('Plan: 1 to update.\n\nApplied: 1 updated. The task set shop is at revision 2.\n')
  expect(requests[1]).toMatchObject({ path: '/task-sets/shop/apply', body: { digest: 'abc', source: '3f9c2e1' } })
  const json = await duly(['apply', '-f', file, '--json', '--source', 'by hand'], env)
  expect(JSON.parse(json.out)).toMatchObject({ revision: 2 })
  expect(requests[3]?.body).toMatchObject({ source: 'by hand' })
  answers = { plan: { body: unchanged }, apply: { body: unchanged } }
  expect(await duly(['apply', '-f', file], env)).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing to apply: 1 unchanged.'),
  })
})

test('an apply whose plan has changed meanwhile shows the new plan, and the exit code is 1', async () => {
  const now = { ...plan, changes: plan.changes.map((one) => ({ ...one, key: 'other', name: 'other' })) }
  const body = { message: 'The plan has changed.', code: 'plan_changed', plan: now }
  answers = { plan: { body: plan }, apply: { status: 409, body } }
  const { code, out, err } = await duly(['apply', '-f', file], env)
  expect({ code, err }).toEqual({ code: 1, err: 'duly: The plan has changed.\n' })
  expect(out).toContain('The plan now:\n\nTask set shop, revision 1\n\n~ update other\n')
  const json = await duly(['apply', '-f', file, '--json'], env)
  expect({ out: JSON.parse(json.out), err: JSON.parse(json.err) }).toMatchObject({
    out: now,
    err: { code: 'plan_changed' },
  })
})

test('an apply asks on a terminal, and changes nothing unless the answer is yes', async () => {
  answers = { plan: { body: plan }, apply: { body: { ...plan, revision: 2 } } }
  const apply = (typed: string) =>
    onTerminalOf(120, ['bun', 'src/start.ts', 'duly', 'apply', '-f', file], env, [['[y/N]', typed]])
  const no = await apply('n\r')
  expect(no).toMatchObject({ code: 1, out: expect.stringContaining('Nothing was applied.') })
  expect(requests).toHaveLength(1)
  expect(await apply('y\r')).toMatchObject({ code: 0, out: expect.stringContaining('Applied: 1 updated.') })
})

test('errors and warnings of the service name file and line', async () => {
  const errors = [
    { path: '/tasks/a/url', message: 'must be an http or https URL' },
    { path: '/tasks/a/retries', message: 'must be a whole number' },
    { path: '/moved/0/from', message: 'must be a key' },
  ]
  answers = { plan: { status: 400, body: { message: 'Not valid.', code: 'invalid_input', errors } } }
  const { code, err } = await duly(['plan', '-f', file], env)
  expect({ code, err: err.replaceAll(file, 'tasks.yaml') }).toEqual({
    code: 1,
    err: `duly: The files cannot be used:
tasks.yaml:5: a: url must be an http or https URL
tasks.yaml:2: a: retries must be a whole number
tasks.yaml:6: moved.0.from must be a key
`,
  })
  const json = JSON.parse((await duly(['plan', '-f', file, '--json'], env)).err)
  expect(json).toMatchObject({ code: 'invalid_input', errors: [{ path: '/tasks/a/url', file, line: 5 }, {}, {}] })
  answers = { plan: { body: { ...plan, warnings: [{ key: 'a', message: 'The target is called in clear.' }] } } }
  expect((await duly(['plan', '-f', file], env)).err).toBe(`warning: ${file}:4: a: The target is called in clear.\n`)
})

test('wrong usage is exit code 2, and nothing is sent', async () => {
  await Bun.write(join(folder, 'unnamed.yaml'), 'tasks:')
  for (const args of [
    ['plan'],
    ['plan', '-f', join(folder, 'unnamed.yaml')],
    ['apply', '-f', file, '--prune', 'all'],
    ['export', '--all', '--set', 'x'],
  ])
    expect(await duly(args, env)).toMatchObject({ code: 2, out: '' })
  expect(requests).toEqual([])
})
