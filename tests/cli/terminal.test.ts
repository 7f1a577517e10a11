import { afterAll, beforeAll, expect, test } from 'bun:test'
import { emptyDatabase, sql, testDatabaseUrl } from '../support/database.ts'
import { checkout, duly, endEverything, run } from '../support/process.ts'
import { secretKey } from '../support/secrets.ts'

afterAll(endEverything)

/** What a terminal would have to obey, and what turns the direction of a text. */
const obeyed = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const hostile = 'red \x1b[31m, title \x1b]0;x\x07, \x9b2J, back \r\x08, turned \u202e, line\nnext'
const env = { DATABASE_URL: testDatabaseUrl, SECRET_KEY: secretKey }

beforeAll(async () => {
  await emptyDatabase()
  const id = Bun.randomUUIDv7()
  await sql`insert into service (id, name, token_hash) values (${id}, ${hostile}, sha256('token'))`
  const header = { Authorization: '********' }
  await sql`
    insert into task (service_id, id, name, url, method, scheduled_at, header, secret_header)
    values (${id}, ${Bun.randomUUIDv7()}, ${hostile}, 'http://127.0.0.1:9/', 'GET', '2099-01-01T00:00:00Z', ${sql.json(header)}, ${sql.json({ authorization: `${hostile}.x` })})`
})

test.each([
  [['service', 'list'], 0],
  [['service', 'list', '--json'], 0],
  [['service', 'create', 'turned \u202e'], 0],
  [['service', 'create', hostile], 2],
  [['service', 'delete', hostile], 2],
  [['service', 'rotate-token', Bun.randomUUIDv7(), '--grace-seconds', hostile], 2],
  [['service', hostile], 2],
  [[`--${hostile}`], 2],
  [['secrets', 'list'], 0],
  [['secrets', 'list', '--json'], 0],
  [['secrets', 'rotate'], 1],
  [['task', 'get', hostile], 2],
  [['task', 'create', '--file', hostile, '--token', 'x', '--service-id', Bun.randomUUIDv7()], 2],
  [['migrate', hostile], 2],
] as const)('no name and no argument reaches a terminal raw: %j', async (args, expected) => {
  const { code, out, err } = await duly([...args], env)
  expect([code, out.match(obeyed), err.match(obeyed)]).toEqual([expected, null, null])
  if (args[0] === 'service' && args[1] === 'list') expect(out).toContain('title')
})

test('settings in an error message are escaped for a terminal', async () => {
  const { err } = await duly(['service', 'list'], { ...env, LOG_LEVEL: hostile })
  expect(err).toContain('LOG_LEVEL')
  expect(err).not.toMatch(obeyed)
})

const wrong = [
  ...[
    [],
    ['nope'],
    ['--nope'],
    ['help', 'nope'],
    ['serve', 'extra'],
    ['serve', '--nope'],
    ['migrate', '--nope'],
    ['version', 'x'],
  ],
  ...[
    ['service'],
    ['service', 'nope'],
    ['service', 'create'],
    ['service', 'create', ' '],
    ['service', 'list', 'extra'],
  ],
  ...[
    ['service', 'delete', 'x'],
    ['service', 'rotate-token', 'x'],
    ['service', 'rotate-token'],
    ['secrets'],
    ['secrets', 'nope'],
  ],
  ...[
    ['service', 'rotate-token', Bun.randomUUIDv7(), '--grace-seconds', '1.5'],
    ['secrets', 'list', '--nope'],
    ['task'],
  ],
  ...[
    ['task', 'nope'],
    ['task', 'get'],
    ['task', 'get', 'X'],
    ['task', 'list', '--nope'],
    ['task', 'run', 'x', '--timeout', '0'],
  ],
  ...[
    ['task', 'create', '--header', 'x', '--token', 'x'],
    ['task', 'delete'],
    ['task', 'list', '--service-url', 'x'],
  ],
]

test('wrong usage of any command is exit code 2, and help is 0', async () => {
  const codes = async (commands: string[][]) =>
    Promise.all(commands.map(async (args) => [args, (await duly(args, env)).code]))
  expect(await codes(wrong)).toEqual(wrong.map((args) => [args, 2]))
  const right = [['--help'], ['help'], ['help', 'task'], ['service', 'help'], ['task', 'get', '--help'], ['--version']]
  expect(await codes(right)).toEqual(right.map((args) => [args, 0]))
})

const hasTerminals = Bun.which('script') !== null
if (!hasTerminals) console.log('This machine has no script(1), so no terminal can be tried.')

test.skipIf(!hasTerminals)('no output is coloured on a terminal, nor what `bun run` adds', async () => {
  const environments: Record<string, string>[] = [
    { TERM: 'dumb' },
    { TERM: 'xterm-256color', NO_COLOR: '1' },
    { TERM: 'xterm-256color' },
  ]
  for (const more of environments) {
    const commands = [
      'bun run duly --help',
      'bun run duly task list --nope',
      'bun run duly task get X',
      'bun start --nope',
    ]
    const program = run(['script', '-qec', commands.join('; '), '/dev/null'], {
      env: { ...env, ...more },
      cwd: checkout,
    })
    await program.exited
    expect(program.out).toContain('X is neither the id nor the key of a task')
    expect(program.out).not.toContain('\x1b')
  }
})
