import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { callApi } from '../../src/cli/api-client.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'
import { createFarTask, refusal, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const nobody = '01a20cff-120b-72cd-a724-203a0c00e000'
const token = 'a-token-of-nobody'

/** Something that listens on loopback and is no Duly. */
async function withStranger(
  answer: (request: Request) => Response | Promise<Response>,
  work: (url: string) => Promise<void>,
) {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: answer })
  try {
    await work(`http://127.0.0.1:${server.port}`)
  } finally {
    await server.stop(true)
  }
}

test('URL and credentials come from options, else the environment, else PORT and DATA_DIR', async () => {
  const task = await createFarTask(service)
  const empty = temporaryFolder()
  const options = ['--service-url', service.base, '--service-id', service.id, '--token', service.token]
  const wrong = { DULY_URL: 'http://127.0.0.1:9', SERVICE_ID: nobody, SERVICE_TOKEN: token }
  const port = new URL(service.base).port
  for (const [args, env] of [
    [options, { DATA_DIR: empty, ...wrong }],
    [[], { DATA_DIR: empty, DULY_URL: `${service.base}/`, SERVICE_ID: service.id, SERVICE_TOKEN: service.token }],
    [['--token', service.token], { DATA_DIR: empty, DULY_URL: service.base }],
    [[], { DATA_DIR: empty, DULY_URL: service.base, SERVICE_TOKEN: service.token }],
    [[], { DATA_DIR: service.dataDir, PORT: port }],
    [[], { DATA_DIR: service.dataDir, PORT: port, HOST: '127.0.0.1' }],
  ] as const) {
    const { code, out, err } = await duly(['task', 'list', ...args], env)
    expect({ code, out, err }).toEqual({ code: 0, out: expect.stringContaining(task.id), err: '' })
  }
  // No database was made: the service alone was asked.
  expect(readdirSync(empty)).toEqual([])
})

test('the message of a 401 names the source of the credentials, and never the token', async () => {
  const env = { DULY_URL: service.base, DATA_DIR: service.dataDir, SERVICE_ID: nobody, SERVICE_TOKEN: token }
  for (const [args, source] of [
    [[], 'SERVICE_ID and SERVICE_TOKEN'],
    [['--service-id', nobody, '--token', token], '--service-id and --token'],
    [['--token', token], '--token'],
  ] as const) {
    const { code, out, err } = await duly(['task', 'list', ...args], env)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    const id = source === '--token' ? 'the' : `service id ${nobody}, with the`
    expect(err).toContain(`does not take these credentials: ${id} token from ${source}.`)
    expect(err).not.toContain(token)
  }
})

test('without credentials the error says where to set them, and those in DATA_DIR are sent to no other machine', async () => {
  const none = await duly(['task', 'list'], { DULY_URL: service.base, DATA_DIR: temporaryFolder() })
  expect(none).toMatchObject({ code: 2, out: '' })
  expect(none.err).toMatch(/^duly: There are no credentials for http:.*: set SERVICE_TOKEN, or give --token/)
  for (const env of [
    ['DULY_URL', 'http://duly.invalid'],
    ['DATABASE_URL', 'postgres://a:b@127.0.0.1:9/c'],
  ] as const) {
    const { code, err } = await duly(['task', 'list'], { DATA_DIR: service.dataDir, [env[0]]: env[1] })
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('There are no credentials for') })
  }
})

test('incomplete credentials and an invalid URL are wrong usage', async () => {
  for (const [args, sentence] of [
    [['--service-id', nobody], /--service-id needs --token/],
    [['--service-id', 'x', '--token', token], /--service-id must be a UUID/],
    [['--service-url', 'localhost:8080'], /--service-url does not parse: it must look like http:/],
    [['--service-url', 'http://user:a-secret-word@127.0.0.1'], /--service-url does not parse/],
  ] as const) {
    const said = await refusal(service, 2, 'list', ...args)
    expect(said).toMatch(sentence)
    expect(said).not.toMatch(new RegExp(`${token}|a-secret-word`))
  }
  const zero = await duly(['task', 'list'], { DATA_DIR: service.dataDir, PORT: '0' })
  expect(zero).toMatchObject({ code: 2, err: expect.stringContaining('PORT is 0') })
})

test('when nothing listens, the error names the URL and what to do', async () => {
  expect(await refusal(service, 1, 'list', '--service-url', 'http://127.0.0.1:9')).toBe(
    'duly: Nothing listens at http://127.0.0.1:9 (connection refused): start the service (bun start), or say where it runs with --service-url or DULY_URL.',
  )
})

test("a response that is not from Duly is an error, and credentials are not sent to a redirect's target", async () => {
  const html = (status: number) => () =>
    new Response('<h1>Bad gateway</h1>', { status, headers: { 'content-type': 'text/html' } })
  for (const status of [200, 502])
    await withStranger(html(status), async (url) => {
      for (const args of [['list'], ['get', nobody]])
        expect(await refusal(service, 1, ...args, '--service-url', url)).toBe(
          `duly: ${url} answered ${status} with something that is not Duly's: check the address (--service-url or DULY_URL).`,
        )
    })
  let followed = false
  await withStranger(
    (request) => {
      if (request.url.endsWith('/elsewhere')) followed = true
      return new Response(null, { status: 302, headers: { location: '/elsewhere' } })
    },
    async (url) => {
      expect(await refusal(service, 1, 'list', '--service-url', url)).toContain(`${url} redirects to /elsewhere`)
    },
  )
  expect(followed).toBe(false)
})

test('a list that breaks off is exit code 1, and the output is not a complete array', async () => {
  const half = () => new Response('[{"id":"x"},{"id":', { headers: { 'content-type': 'application/json' } })
  await withStranger(half, async (url) => {
    const { code, out, err } = await duly(['task', 'list', '--json', '--service-url', url], {
      DATA_DIR: service.dataDir,
    })
    const message = `The response of ${url} broke off: try again.`
    expect({ code, err: JSON.parse(err) }).toEqual({ code: 1, err: { message, code: 'failed', errors: [] } })
    expect(() => JSON.parse(out)).toThrow()
  })
})

test("prints the service's message and Retry-After, with control characters escaped", async () => {
  const busy = () => Response.json({ message: 'Busy\u001b[2J.' }, { status: 503, headers: { 'retry-after': '5' } })
  await withStranger(busy, async (url) => {
    expect(await refusal(service, 1, 'list', '--service-url', url)).toBe('duly: Busy\\x1b[2J. Try again in 5 s.')
  })
})

test('a service that does not respond is a timeout', async () => {
  await withStranger(
    () => new Promise<Response>(() => {}),
    async (base) => {
      const connection = { base, credentials: { id: nobody, token }, source: 'the test' }
      const answer = callApi(connection, 'GET', '/tasks', { timeoutMs: 200 })
      await expect(answer).rejects.toThrow('did not answer within 0.2 s')
    },
  )
})

test('help is complete for every subcommand, and an unknown command or option is exit code 2', async () => {
  const commands = ['list', 'get', 'create', 'pause', 'resume', 'run', 'delete']
  const task = await said(service, '--help')
  expect(task).toContain('Exit codes: 0 success; 1 refused or failed; 2 wrong usage.')
  for (const command of commands) {
    expect(task).toMatch(new RegExp(`^ {2}${command} \\[options\\]`, 'm'))
    const help = await said(service, command, '--help')
    expect(help).toStartWith(`Usage: duly task ${command} [options]`)
    for (const option of ['--json', '--service-url', '--service-id', '--token']) expect(help).toContain(`${option} `)
  }
  for (const args of [['nope'], ['list', '--nope'], ['get'], ['list', 'extra'], ['create', '--name']])
    expect(await refusal(service, 2, ...args)).toMatch(/^error: /)
})
