import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const channel = (...args: string[]) => duly(['channel', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })
const urlFile = join(temporaryFolder(), 'url')

test('a webhook is created, listed, changed and deleted, by its name or its id; its secrets are printed once', async () => {
  expect((await channel('list')).out).toBe('')
  const { code, out, err } = await channel(
    'create',
    'on call',
    '--kind',
    'webhook',
    '--url',
    'http://127.0.0.1:9/geheim',
  )
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const [, id = '', secret = ''] =
    /^Created the webhook channel on call \((\S+)\) to http:\/\/127\.0\.0\.1:9\.\n {2}Secret {2}(whsec_\S+)\nThe secret cannot/.exec(
      out,
    ) ?? []
  expect(secret).toMatch(/^whsec_.{44}$/)
  const rotated = JSON.parse((await channel('update', 'on call', '--rotate-secret', '--json')).out)
  expect(rotated.secret).toMatch(/^whsec_.{44}$/)
  expect(rotated.secret).not.toBe(secret)
  expect((await channel('update', id, '--name', 'pager', '--disable')).out).toBe(
    `Changed the webhook channel pager (${id}) to http://127.0.0.1:9. It is disabled.\n`,
  )
  const listed = await channel('list')
  expect(listed.out).toBe(`${id}\tpager\twebhook\thttp://127.0.0.1:9\tdisabled\t-\tsomebody disabled it\n`)
  const { enabled, disabled_reason } = JSON.parse((await channel('update', 'pager', '--enable', '--json')).out)
  expect({ enabled, disabled_reason }).toEqual({ enabled: true, disabled_reason: null })
  expect(await channel('delete', 'pager')).toEqual({ code: 0, out: 'Deleted the channel pager.\n', err: '' })
  for (const name of ['pager', id])
    for (const command of ['delete', 'test', 'update'])
      expect(await channel(command, name)).toMatchObject({
        code: 1,
        err: `duly: There is no channel ${name}: duly channel list shows them.\n`,
      })
})

test('the URL of a Slack channel is read from a file, and no output shows it', async () => {
  await Bun.write(urlFile, 'http://127.0.0.1:9/services/T0/geheim\n')
  const created = await channel('create', 'chat', '--kind', 'slack', '--url-file', urlFile, '--disabled')
  const outputs = [created, await channel('list', '--json'), await channel('list')]
  for (const { out } of outputs) expect(out).not.toContain('geheim')
  expect(created.out).toMatch(/^Created the slack channel chat .*disabled\.\n$/)
  expect(
    await channel('create', 'twice', '--kind', 'slack', '--url', 'http://a/', '--url-file', urlFile),
  ).toMatchObject({
    code: 2,
    err: expect.stringContaining('--url and --url-file both give the URL'),
  })
  expect(await channel('create', 'wrong', '--kind', 'pager')).toMatchObject({ code: 2 })
  expect(await channel('create', 'wrong')).toMatchObject({ code: 1, err: expect.stringContaining('kind is required') })
})

test('a test waits for the answer, and its exit code says whether the channel took the message', async () => {
  let status = 200
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status }) })
  try {
    await channel('create', 'live', '--kind', 'webhook', '--url', `http://127.0.0.1:${server.port}/geheim`)
    const taken = await channel('test', 'live')
    expect(taken.code).toBe(0)
    expect(taken.out).toMatch(/^The channel live took the message in \d+ ms\.\n$/)
    status = 503
    const failed = await channel('test', 'live')
    expect([failed.code, failed.out]).toEqual([1, ''])
    expect(failed.err).toMatch(/did not take the message: .*503/)
    const json = await channel('test', 'live', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, status_code: 503 })
    expect(json.code).toBe(1)
    expect((await channel('list')).out).toMatch(/\tlive\twebhook\t\S+\tenabled\tfailed \S+Z\t.*503/)
  } finally {
    await server.stop(true)
  }
})
