import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { keyOfSecret, signatureHeaders } from '../../src/signing/sign.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const signingKey = (...args: string[]) =>
  duly(['signing-key', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })

test('keys are created, listed and expired; the secret is printed once, and verifies what the key signs', async () => {
  expect((await signingKey('list')).out).toBe('')
  const { code, out } = await signingKey('create')
  expect(code).toBe(0)
  const [, id = '', secret = ''] =
    /^Created the signing key (\S+) for all targets\.\n {2}Secret {2}(whsec_\S+)\n/.exec(out) ?? []
  const second = JSON.parse((await signingKey('create', '--target', 'A.example:443', '--json')).out)
  expect(second).toMatchObject({ target: 'a.example', expires_at: null })
  const third = JSON.parse((await signingKey('create', '--expire-others-in', '1h', '--json')).out)
  const listed = JSON.parse((await signingKey('list', '--json')).out)
  expect(listed.map((key: { id: string }) => key.id)).toEqual([third.id, second.id, id])
  expect(Date.parse(listed[2].expires_at) - Date.now()).toBeWithin(3_500_000, 3_600_000)
  expect(JSON.stringify(listed)).not.toContain('whsec_')
  expect(await signingKey('expire', third.id)).toEqual({
    code: 0,
    out: `Expired the signing key ${third.id}.\n`,
    err: '',
  })
  expect(await signingKey('expire', Bun.randomUUIDv7())).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no signing key'),
  })

  const folder = temporaryFolder()
  const [secretFile, requestFile, bodyFile] = ['secret', 'request', 'body'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await Bun.write(secretFile, `whsec_${Buffer.alloc(32).toString('base64')}\n${secret}\n`)
  const body = '{"a": 1}'
  const headers = Object.entries(
    signatureHeaders({ id: 'msg', timestamp: Math.floor(Date.now() / 1000), body }, [keyOfSecret(secret) as Buffer]),
  )
  const lines = headers.map(([name, value]) => `${name.toUpperCase()}: ${value}`)
  await Bun.write(requestFile, ['POST /hook HTTP/1.1', 'Content-Length: 8', ...lines, '', `${body}\n`].join('\r\n'))
  await Bun.write(bodyFile, body)
  const verified = await duly(['verify', requestFile, '--secret-file', secretFile], {})
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Verified: signed with secret 2 of 2, \d s ago\.\n$/),
  })
  const given = lines.flatMap((line) => ['--header', line])
  const parts = await duly(['verify', ...given, '--body-file', bodyFile, '--json'], { DULY_SIGNING_SECRET: secret })
  expect(JSON.parse(parts.out)).toMatchObject({ verified: true, secret: 1 })
  const empty = await duly(['verify', ...given, '--json'], { DULY_SIGNING_SECRET: secret })
  expect([empty.code, empty.out, JSON.parse(empty.err).code]).toEqual([1, '', 'no_such_key'])
  const old = await duly(['verify', requestFile, '--at', '2030-01-01T00:00:00Z'], { DULY_SIGNING_SECRET: secret })
  expect([old.code, old.err]).toEqual([1, expect.stringContaining('The signature is right, but it was made')])
})

test('without a secret, and with a request that is none, it is used wrongly', async () => {
  const file = join(temporaryFolder(), 'request')
  await Bun.write(file, 'no header\n')
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`
  expect(await duly(['verify', file], {})).toMatchObject({ code: 2, err: expect.stringContaining('--secret-file') })
  expect(await duly(['verify', file], { DULY_SIGNING_SECRET: secret })).toMatchObject({
    code: 2,
    err: expect.stringContaining('a line that is no header'),
  })
  const bad = await duly(['verify', file], { DULY_SIGNING_SECRET: 'geheim' })
  expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('is not a signing secret')])
  expect(bad.err).not.toContain('geheim')
})
