import { afterAll, expect, test } from 'bun:test'
import { version } from '../../package.json'
import { bundledZones } from '../../src/schedule/bundled-zones.ts'
import { duly, endEverything, run, serverOf, temporaryFolder } from '../support/process.ts'

afterAll(endEverything)

test('--help works everywhere, without a database', async () => {
  const dataDir = temporaryFolder()
  const commands = [
    [],
    ['serve'],
    ['migrate'],
    ['service'],
    ['service', 'create'],
    ['service', 'list'],
    ['service', 'rotate-token'],
    ['service', 'delete'],
  ]
  const answers = await Promise.all(commands.map((command) => duly([...command, '--help'], { DATA_DIR: dataDir })))
  for (const [index, { code, out, err }] of answers.entries()) {
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toStartWith(`Usage: ${['duly', ...(commands[index] ?? [])].join(' ')} `)
  }
  expect(answers[6]?.out).toContain('--grace-seconds')
  expect(await Array.fromAsync(new Bun.Glob('*').scan({ cwd: dataDir }))).toEqual([])
})

test('version prints the release of the time zone rules', async () => {
  const { code, out } = await duly(['version', '--json'], { TZDIR: '/nonexistent' })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    duly: version,
    bun: Bun.version,
    time_zones: { version: bundledZones.version, origin: 'bundled' },
  })
})

test('--version is the version of package.json', async () => {
  expect(await duly(['--version'], {})).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

test('an unknown command is exit code 2, also through `bun run duly`', async () => {
  for (const [args, sentence] of [
    [['nope'], "error: unknown command 'nope'\n"],
    [['service', 'nope'], "error: unknown command 'nope'\n"],
    [['migrate', '--nope'], "error: unknown option '--nope'\n"],
    [['service', 'create'], "error: missing required argument 'name'\n"],
    [['service', 'list', 'extra'], "error: too many arguments for 'list'. Expected 0 arguments but got 1: extra.\n"],
  ] as const)
    expect(await duly(args, {})).toEqual({ code: 2, out: '', err: sentence })
  const program = run(['bun', 'run', 'duly', 'nope'])
  expect(await program.exited).toBe(2)
  expect(program.err).toContain("error: unknown command 'nope'")
})

test('migrate creates and migrates the embedded database, and prints what it did', async () => {
  const env = { DATA_DIR: temporaryFolder() }
  const first = await duly(['migrate', '--json'], env)
  expect(first.code).toBe(0)
  const { applied } = JSON.parse(first.out)
  expect(applied.length).toBeGreaterThanOrEqual(3)
  expect(applied[0]).toContain('20261124000001_service.sql')
  expect(await duly(['migrate'], env)).toEqual({ code: 0, out: 'The database is up to date.\n', err: '' })
  expect(JSON.parse((await duly(['migrate', '--json'], env)).out)).toEqual({ applied: [] })
  expect(serverOf(env.DATA_DIR)).toBeUndefined()
})

test('an unavailable database is one sentence, without the password', async () => {
  for (const command of [['migrate'], ['service', 'list']]) {
    const { code, out, err } = await duly(command, { DATABASE_URL: 'postgres://duly:a-secret-word@127.0.0.1:9/duly' })
    expect({ code, out, err }).toEqual({
      code: 1,
      out: '',
      err: 'duly: The database cannot be reached (ECONNREFUSED): check DATABASE_URL and that PostgreSQL runs.\n',
    })
  }
})
