import { afterEach, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout, endEverything, run, temporaryFolder } from '../support/process.ts'

afterEach(endEverything)

/** A checkout with the real src/start.ts, a test program that says it was reached, and one package to install. */
async function freshCheckout(bun = `>=${Bun.version}`): Promise<string> {
  const folder = temporaryFolder()
  for (const part of ['src', 'tests/support', 'local']) mkdirSync(join(folder, part), { recursive: true })
  for (const file of ['src/start.ts', 'src/process/stderr.ts', 'src/process/run-child.ts'])
    cpSync(join(checkout, file), join(folder, file))
  writeFileSync(join(folder, 'local/package.json'), '{ "name": "local", "version": "1.0.0" }')
  writeFileSync(
    join(folder, 'tests/support/run.ts'),
    'console.log("reached", ...process.argv.slice(2), require("local/package.json").version)\nprocess.exit(3)\n',
  )
  writePackage(folder, { engines: { bun }, dependencies: { local: 'file:./local' } })
  expect(await run(['bun', 'install', '--lockfile-only'], { cwd: folder }).exited).toBe(0)
  return folder
}

const writePackage = (folder: string, content: object) =>
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'fresh', ...content }))

const start = async (cwd: string, ...args: string[]) => {
  const program = run(['bun', 'src/start.ts', 'test', ...args], { cwd })
  return { code: await program.exited, out: program.out, err: program.err }
}

test('installs missing packages once, and passes on the arguments and the exit code', async () => {
  const folder = await freshCheckout()
  expect(await start(folder, 'a', 'b c')).toEqual({
    code: 3,
    out: 'reached a b c 1.0.0\n',
    err: expect.stringContaining('Installing what is missing'),
  })
  expect(existsSync(join(folder, 'node_modules'))).toBe(true)
  expect(await start(folder)).toEqual({ code: 3, out: 'reached 1.0.0\n', err: '' })
})

test('packages that were just installed are available to the service', async () => {
  const folder = await freshCheckout()
  mkdirSync(join(folder, 'src/cli/commands'), { recursive: true })
  writeFileSync(
    join(folder, 'src/cli/commands/main.ts'),
    "import { version } from 'local/package.json'\nexport const main = (args) => console.log('with', version, ...args)\n",
  )
  const program = run(['bun', 'src/start.ts', 'duly', 'service', 'list'], { cwd: folder })
  expect(await program.exited).toBe(0)
  expect(program.out).toBe('with 1.0.0 service list\n')
})

test('in an image, which has packages and no lock file, nothing is installed', async () => {
  const folder = await freshCheckout()
  await start(folder)
  rmSync(join(folder, 'bun.lock'))
  const program = run(['bun', 'src/start.ts', 'test', 'a'], { cwd: folder, env: { NODE_ENV: 'production' } })
  expect([await program.exited, program.out, program.err]).toEqual([3, 'reached a 1.0.0\n', ''])
})

test('says in one sentence what to do when packages cannot be installed', async () => {
  const folder = await freshCheckout()
  writePackage(folder, { engines: { bun: '>=1.0.0' }, dependencies: { 'not-in-the-lock-file': '1.0.0' } })
  const { code, out, err } = await start(folder)
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err.trim().split('\n').at(-1)).toMatch(/^Duly could not install its packages \(see above\): check the network/)
  expect(err).not.toMatch(/^\s+at /m)
})

test('an old Bun is refused in one sentence, before anything is installed', async () => {
  const folder = await freshCheckout('>=99.4.5')
  const { code, out, err } = await start(folder)
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err).toBe(
    `Duly needs Bun 99.4.5 or newer and this is Bun ${Bun.version}: run \`bun upgrade\`, or \`npx -y bun@99.4.5 start\`.\n`,
  )
  expect(existsSync(join(folder, 'node_modules'))).toBe(false)
})
