import { afterEach, expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { endEverything, serverOf, temporaryFolder } from '../support/process.ts'
import { launchService, type ServiceOptions } from '../support/service.ts'

afterEach(endEverything)

/** A start that must fail: one sentence on stderr, exit 1, and no server left running. */
async function expectRefusal(options: ServiceOptions, sentence: RegExp): Promise<{ dataDir: string }> {
  const { program, dataDir } = launchService(options)
  expect(await program.exited).toBe(1)
  expect(program.err.trim()).toMatch(sentence)
  expect(program.err.trim().split('\n')).toHaveLength(1)
  expect(program.out).toBe('')
  expect(serverOf(dataDir)).toBeUndefined()
  return { dataDir }
}

const loopback = (networkInterfaces().lo ?? []).map(({ address }) => address)
if (!loopback.includes('::1')) console.log('This machine has no ::1, so a port taken there cannot be tried.')

for (const hostname of loopback)
  test(`a PORT that is taken on ${hostname} stops the start with one sentence, before a database is made`, async () => {
    const squatter = Bun.serve({ hostname, port: 0, fetch: () => new Response('mine') })
    const { dataDir } = await expectRefusal(
      { env: { PORT: String(squatter.port) } },
      new RegExp(`^duly: Port ${squatter.port} on ${hostname} is taken: .*set PORT`),
    )
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    await squatter.stop(true)
  })

test('a HOST that is not an address of this machine stops the start with one sentence', () =>
  expectRefusal(
    { env: { HOST: '192.0.2.1' } },
    /^duly: Duly cannot listen on 192\.0\.2\.1:0 \(EADDRNOTAVAIL\): set HOST/,
  ))

test('a setting that does not parse stops the start with one sentence', () =>
  expectRefusal({ env: { PORT: '80a' } }, /^duly: PORT is "80a", but it must be a whole number from 0 to 65535\.$/))

test('a DATA_DIR that is a file stops the start with one sentence', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expectRefusal(
    { dataDir: file },
    /^duly: DATA_DIR is .*file, which cannot be used \(EEXIST\): it must be a folder/,
  )
})

test('an invalid credentials file stops the start with one sentence that quotes nothing of it', async () => {
  const dataDir = temporaryFolder()
  writeFileSync(join(dataDir, 'credentials.json'), '{"service_id": "half a sec')
  const { program } = launchService({ dataDir })
  expect(await program.exited).toBe(1)
  expect(program.err).toMatch(/^duly: .*credentials\.json does not hold/m)
  expect(program.err).not.toContain('half a sec')
  expect(program.err).not.toMatch(/^\s+at /m)
  expect(serverOf(dataDir)).toBeUndefined()
})
