import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { version } from '../../package.json'
import { farTask } from '../cli/task-scene.ts'
import { endEverything, run, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { onTerminalOf } from '../support/terminal.ts'

afterAll(endEverything)

let service: Service
/** A folder without a checkout, in which the packed client is installed. */
let folder: string
let built: string

/** A machine with Bun alone has no npm; then Bun packs and installs. */
const npm = Bun.which('npm')
const node = Bun.which('node') ?? process.execPath

async function succeed(command: readonly string[], cwd: string): Promise<string> {
  const program = run(command, { cwd, env: { PATH: process.env.PATH ?? '' } })
  const code = await program.exited
  expect({ command, code, said: code === 0 ? '' : program.err }).toEqual({ command, code: 0, said: '' })
  return program.out
}

beforeAll(async () => {
  built = join(temporaryFolder(), 'client')
  folder = temporaryFolder()
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
  await succeed(['bun', 'run', 'build:cli', built], join(import.meta.dir, '../..'))
  const pack = npm
    ? [npm, 'pack', '--silent', '--pack-destination', folder]
    : ['bun', 'pm', 'pack', '--destination', folder]
  await succeed(pack, join(built, 'npm'))
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  await Bun.write(join(folder, 'package.json'), '{"name": "empty", "private": true}')
  // Without a registry: the package depends on nothing.
  const install = npm ? [npm, 'install', '--offline', '--no-audit', '--no-fund'] : ['bun', 'add']
  await succeed([...install, `./${tarball}`], folder)
}, 120_000)

/** Both ways in which the client reaches somebody without a checkout. */
const ways: readonly (readonly [string, () => string])[] = [
  ['the npm package', () => join(folder, 'node_modules/.bin/duly')],
  ['the binary', () => join(built, 'duly')],
]

async function client(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = run([program, ...args], { cwd: folder, env: { PATH: `${dirname(node)}:/usr/bin:/bin`, ...env } })
  const code = await started.exited
  return { code, out: started.out, err: started.err }
}

test.each(ways)('%s prints its version and its help', async (_, path) => {
  expect(await client(path(), ['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  const { code, out } = await client(path(), ['--help'])
  expect(code).toBe(0)
  for (const command of ['task', 'plan', 'apply', 'export', 'overview', 'login', 'context', 'completion'])
    expect(out).toContain(`\n  ${command} `)
  for (const command of ['serve', 'migrate']) expect(out).not.toContain(`\n  ${command} `)
})

test.each(ways)('%s creates, lists, changes, shows and deletes tasks of a real service', async (_, path) => {
  const env = { DULY_URL: service.base, SERVICE_ID: service.id, SERVICE_TOKEN: service.token }
  const said = async (...args: string[]) => {
    const { code, out, err } = await client(path(), args, env)
    expect({ args, code, err }).toEqual({ args, code: 0, err: '' })
    return out
  }
  expect(await said('task', 'list', '--json')).toBe('[]\n')
  await Bun.write(
    join(folder, 'tasks.yaml'),
    `- ${JSON.stringify({ ...farTask, name: '本 no' })}\n- ${JSON.stringify(farTask)}\n`,
  )
  expect(await said('task', 'create', '--file', 'tasks.yaml')).toMatch(
    /^Created .*: 本 no, every hour, .*\nCreated .*\n$/,
  )
  const [{ id }, { id: second }] = JSON.parse(await said('task', 'list', '--json', '--sort', 'name'))
  expect(await said('task', 'list')).toContain(`${id}\tactive\tevery hour\t`)
  await said('task', 'update', id, '--cron', '30 2 * * MON-FRI', '--frequency', '', '--unit', '', '--header', 'A: b')
  expect(await said('task', 'get', id)).toMatch(/\nSchedule +at 02:30 on weekdays, UTC\n(.*\n)*Header +A: b\n/)
  expect((await said('task', 'upcoming', id, '--limit', '2')).trimEnd().split('\n')).toHaveLength(2)
  expect(await said('overview')).toContain('2 active')
  expect(await said('export', '--all')).toMatch(/^# .*\n\ntasks:\n {2}# Has no key: /)
  expect(await said('schema')).toContain('"Task set of Duly"')
  expect(await said('task', 'delete', '--yes', id, second)).toBe('Deleted 2 tasks.\n')
  expect((await ask(service, 'GET', '/tasks')).body).toEqual([])
})

test.each(ways)('%s keeps contexts, and its errors and exit codes are those of the checkout', async (_, path) => {
  const env = { XDG_CONFIG_HOME: temporaryFolder() }
  const url = ['--service-url', service.base]
  expect(await client(path(), ['login', ...url, '--token', service.token], env)).toMatchObject({ code: 0, err: '' })
  expect(await client(path(), ['task', 'list'], env)).toEqual({ code: 0, out: '', err: '' })
  const unused = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const nowhere = `http://127.0.0.1:${unused.port}`
  await unused.stop(true)
  expect((await client(path(), ['task', 'list', '--service-url', nowhere, '--token', 'x'], env)).err).toBe(
    `duly: Nothing listens at ${nowhere} (connection refused): start the service (bun start), or say where it runs with --service-url or DULY_URL.\n`,
  )
  expect(await client(path(), ['task', 'list', '--nope'], env)).toEqual({
    code: 2,
    out: '',
    err: "error: unknown option '--nope'\n",
  })
  const { code, err } = await client(path(), ['task', 'list', '--status', 'x', '--json'], env)
  expect({ code, err: JSON.parse(err) }).toMatchObject({
    code: 1,
    err: { code: 'invalid_input', errors: [{ path: '/status' }] },
  })
})

test.each(ways)('%s asks for the token without showing it, and moves no cursor', async (_, path) => {
  for (const TERM of ['dumb', 'xterm-256color']) {
    const env = { XDG_CONFIG_HOME: temporaryFolder(), PATH: `${dirname(node)}:/usr/bin:/bin`, TERM }
    const command = [path(), 'login', '--service-url', service.base]
    const { code, out } = await onTerminalOf(200, command, env, [
      ['Service id', '\r'],
      ['Token', `${service.token}\r`],
    ])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('is now current') })
    expect(out).not.toContain(service.token)
    expect(out).not.toContain('\x1b')
  }
})

test('the binary does not read the settings of the folder in which it is run', async () => {
  await Bun.write(join(folder, '.env'), `SERVICE_TOKEN=${service.token}\nDULY_URL=${service.base}\n`)
  await Bun.write(join(folder, 'bunfig.toml'), 'preload = ["./loaded.ts"]\n')
  await Bun.write(join(folder, 'loaded.ts'), 'console.log("loaded")')
  const { code, out, err } = await client(join(built, 'duly'), ['task', 'list'])
  expect({ code, out, err }).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('There are no credentials'),
  })
})

test('the package is one file of less than 900 KB that depends on nothing, with the licences of what is in it', async () => {
  const installed = join(folder, 'node_modules/@duly/cli')
  const { dependencies, bin, engines } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect({ dependencies, bin, engines }).toEqual({
    dependencies: undefined,
    bin: { duly: 'duly.js' },
    engines: { node: '>=20' },
  })
  expect(readdirSync(installed).sort()).toEqual([
    'LICENSE',
    'README.md',
    'THIRD-PARTY-LICENSES.txt',
    'duly.js',
    'package.json',
  ])
  expect(statSync(join(installed, 'duly.js')).size).toBeLessThan(900_000)
  const licenses = readFileSync(join(installed, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const name of ['commander', 'yaml', 'string-width', '@sinclair/typebox']) expect(licenses).toContain(`${name} `)
})
