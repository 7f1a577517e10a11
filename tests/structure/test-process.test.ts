import { afterEach, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkout, endEverything, temporaryFolder } from '../support/process.ts'
import { runTests } from '../support/test-process.ts'

afterEach(endEverything)

/** Runs a file of tests of this content, as a lane of the long suite does. */
function runFile(content: string) {
  const file = join(temporaryFolder(), 'one.test.ts')
  writeFileSync(file, `import { expect, test } from 'bun:test'\n${content}`)
  return runTests([relative(checkout, file)], { url: 'postgres://nowhere', timeoutMs: 5_000, live: false })
}

test('a process whose tests pass is a success, and what it said is kept', async () => {
  const { status, said } = await runFile(
    `test('one', () => expect(process.env.TEST_DATABASE_URL).toBe("postgres://nowhere"))`,
  )
  expect(status).toBe(0)
  for (const line of [/^\(pass\) one/m, /^ 1 pass$/m, /^Ran 1 test /m]) expect(said).toMatch(line)
})

test.each([
  ['a test that fails', `test('one', () => expect(1).toBe(2))`, '(fail) one'],
  ['a file that does not load', `throw new Error('not loaded')`, 'not loaded'],
  ['a process that ends with 0 before its tests have', `test('one', () => process.exit(0))`, '(fail) '],
  ['a process that a signal ends', `test('one', () => process.kill(process.pid, 'SIGKILL'))`, ''],
])('%s is a failure', async (_, content, message) => {
  const { status, said } = await runFile(content)
  expect(status).not.toBe(0)
  expect(said).toContain(message)
})

test('a program that a test leaves running ends with the process', async () => {
  const { status, said } = await runFile(
    `import { run } from ${JSON.stringify(join(checkout, 'tests/support/process.ts'))}
    test('one', () => console.log('left ' + run(['sleep', '600']).pid + ' running'))`,
  )
  expect(status).toBe(0)
  const pid = Number(/left (\d+) running/.exec(said)?.[1])
  expect(pid).toBeGreaterThan(0)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
