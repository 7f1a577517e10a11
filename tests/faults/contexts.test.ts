import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { farTask } from '../cli/task-scene.ts'
import { duly, endEverything, run, temporaryFolder } from '../support/process.ts'
import { ask, type Service, startService } from '../support/service.ts'
import { onTerminalOf } from '../support/terminal.ts'

afterAll(endEverything)

let service: Service
/** A second service of the same Duly. */
let other: { id: string; token: string }
let config: string
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
  const created = await duly(['service', 'create', 'other', '--json'], { DATA_DIR: service.dataDir })
  other = JSON.parse(created.out)
  await ask(service, 'POST', '/tasks', { ...farTask, name: 'Of the first' })
  await ask({ base: service.base, ...other }, 'POST', '/tasks', { ...farTask, name: 'Of the other' })
})
beforeEach(() => {
  config = temporaryFolder()
})

const nowhere = '/nonexistent'
const file = () => join(config, 'duly/config.json')
const client = (args: readonly string[], env = {}) => duly(args, { DATA_DIR: nowhere, XDG_CONFIG_HOME: config, ...env })
const login = (name: string, { id, token } = service as { id: string; token: string }) =>
  client(['login', '--context', name, '--service-url', service.base, '--service-id', id, '--token', token])
const tasksOf = async (args: readonly string[] = [], env = {}) =>
  (await client(['task', 'list', ...args], env)).out.match(/Of the \w+/g) ?? []

test('login keeps a context that only this user may read, and the other commands use it', async () => {
  const { code, out, err } = await login('first')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(`Logged in to ${service.base}. The context first is now current, kept in ${file()}.\n`)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  expect(statSync(join(config, 'duly')).mode & 0o777).toBe(0o700)
  expect(await tasksOf()).toEqual(['Of the first'])
})

test('context lists, chooses and deletes, and no command prints a token', async () => {
  const said: string[] = []
  const command = async (...args: string[]) => {
    const { code, out, err } = await client(args)
    said.push(out, err)
    expect({ args, code, err }).toEqual({ args, code: 0, err: '' })
    return out
  }
  await login('first')
  await login('other', other)
  expect(await tasksOf()).toEqual(['Of the other'])
  expect(await command('context', 'list')).toBe(
    `first\t\t${service.base}\t${service.id}\nother\t*\t${service.base}\t${other.id}\n`,
  )
  expect(await command('context', 'use', 'first')).toBe(`Commands now use first, ${service.base}.\n`)
  expect(await command('context', 'current')).toBe('first\n')
  expect(JSON.parse(await command('context', 'list', '--json'))).toEqual([
    { name: 'first', url: service.base, service_id: service.id, current: true },
    { name: 'other', url: service.base, service_id: other.id, current: false },
  ])
  expect(await tasksOf(['--context', 'other'])).toEqual(['Of the other'])
  expect(await tasksOf([], { DULY_CONTEXT: 'other' })).toEqual(['Of the other'])
  expect(await command('context', 'delete', 'first')).toBe('Deleted the context first.\n')
  expect(readFileSync(file(), 'utf8')).not.toContain(service.token)
  expect(await client(['context', 'current'])).toMatchObject({ code: 1, err: expect.stringContaining('duly login') })
  expect(await client(['context', 'use', 'first'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('are other'),
  })
  for (const text of said) for (const { token } of [service, other]) expect(text).not.toContain(token)
})

test('the environment comes before the current context, and --context before the environment', async () => {
  await login('other', other)
  const env = { DULY_URL: service.base, SERVICE_ID: service.id, SERVICE_TOKEN: service.token }
  expect(await tasksOf([], env)).toEqual(['Of the first'])
  expect(await tasksOf([], { ...env, DULY_CONTEXT: 'nobody' })).toEqual(['Of the first'])
  expect(await tasksOf(['--context', 'other'], env)).toEqual(['Of the other'])
  expect(await tasksOf(['--service-id', service.id, '--token', service.token], {})).toEqual(['Of the first'])
})

test('the token of a context is sent to the URL of that context only', async () => {
  await login('first')
  const received: (string | null)[] = []
  const stranger = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ headers }) => {
      received.push(headers.get('authorization'))
      return Response.json([])
    },
  })
  const url = `http://127.0.0.1:${stranger.port}`
  for (const [args, env] of [
    [['--service-url', url], {}],
    [['--context', 'first', '--service-url', url], {}],
    [[], { DULY_URL: url }],
  ] as const) {
    const { code, err } = await client(['task', 'list', ...args], env)
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('those of the context first are for') })
  }
  // Credentials of the environment do not go to the URL of the current context.
  const { err } = await client(['task', 'list'], { SERVICE_ID: other.id, SERVICE_TOKEN: other.token, PORT: '9' })
  expect(err).toContain('Nothing listens at http://localhost:9')
  await stranger.stop(true)
  expect(received).toEqual([])
})

test('wrong credentials are not kept', async () => {
  const { code, err } = await login('first', { id: service.id, token: 'a-wrong-token' })
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('does not take these credentials') })
  expect(err).not.toContain('a-wrong-token')
  expect(existsSync(file())).toBe(false)
})

test('a file that others may read is refused, and so is one with other contents', async () => {
  await login('first')
  for (const mode of [0o640, 0o604, 0o660]) {
    chmodSync(file(), mode)
    for (const args of [
      ['task', 'list'],
      ['context', 'list'],
      ['context', 'use', 'first'],
    ])
      expect(await client(args)).toEqual({
        code: 1,
        out: '',
        err: `duly: ${file()} holds tokens, and other users of this machine may open it (mode ${mode.toString(8)}): run chmod 600 on it.\n`,
      })
  }
  for (const text of ['{', '[]', '{"contexts": {"x": {"url": "a-secret-word", "token": 1}}}']) {
    await Bun.write(file(), text)
    chmodSync(file(), 0o600)
    const { code, err } = await client(['context', 'list'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('does not hold {"current"') })
    expect(err).not.toContain('a-secret-word')
  }
  // With everything in the environment the file does not matter.
  const env = { DULY_URL: service.base, SERVICE_ID: service.id, SERVICE_TOKEN: service.token }
  expect(await tasksOf([], env)).toEqual(['Of the first'])
})

test('login takes the token from stdin and the environment, and names what is missing without a terminal', async () => {
  const shell = async (script: string, env = {}) => {
    const program = run(['bash', '-c', script], { env: { DATA_DIR: nowhere, XDG_CONFIG_HOME: config, ...env } })
    return { code: await program.exited, out: program.out, err: program.err }
  }
  const flags = `--service-url ${service.base} --service-id ${service.id}`
  const piped = await shell(`echo ${service.token} | bun src/start.ts duly login ${flags} --with-token --json`)
  const { host } = new URL(service.base)
  expect(JSON.parse(piped.out)).toEqual({ name: host, url: service.base, service_id: service.id })
  const env = { DULY_URL: service.base, SERVICE_ID: other.id, SERVICE_TOKEN: other.token }
  expect(await shell('bun src/start.ts duly login', env)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`The context ${host} is for another service: give this one a name with --context`),
  })
  expect(await shell('bun src/start.ts duly login --context other', env)).toMatchObject({ code: 0, err: '' })
  expect(await client(['login'])).toMatchObject({ code: 2, err: expect.stringContaining('--service-url or DULY_URL') })
  expect(await client(['login', '--service-url', service.base])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--with-token, --token or SERVICE_TOKEN'),
  })
})

test('login asks on a terminal, and does not show the token', async () => {
  const { code, out } = await onTerminalOf(
    200,
    ['bun', 'src/start.ts', 'duly', 'login', '--context', 'asked'],
    { XDG_CONFIG_HOME: config },
    [
      ['URL of Duly', `${service.base}\r`],
      ['Service id', `${service.id}\r`],
      ['Token', `${service.token}\r`],
    ],
  )
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('The context asked is now current') })
  expect(out).not.toContain(service.token)
  expect(out).not.toContain('\x1b')
  expect(await tasksOf()).toEqual(['Of the first'])
})

test('a token alone names its service', async () => {
  const args = ['login', '--context', 'alone', '--service-url', service.base, '--token', other.token]
  expect(await client([...args, '--json'])).toMatchObject({ code: 0, err: '' })
  expect(JSON.parse(readFileSync(file(), 'utf8')).contexts.alone).toEqual({ url: service.base, token: other.token })
  expect(await tasksOf()).toEqual(['Of the other'])
})

test('a symbolic link to the file stays one', async () => {
  const elsewhere = temporaryFolder()
  mkdirSync(join(config, 'duly'), { mode: 0o700 })
  await Bun.write(join(elsewhere, 'real.json'), '{"contexts": {}}')
  chmodSync(join(elsewhere, 'real.json'), 0o600)
  symlinkSync(join(elsewhere, 'real.json'), file())
  await login('first')
  expect(JSON.parse(readFileSync(join(elsewhere, 'real.json'), 'utf8')).current).toBe('first')
  expect(statSync(join(elsewhere, 'real.json')).mode & 0o777).toBe(0o600)
})
