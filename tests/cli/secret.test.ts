import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { duly, dulyCommand, endEverything, run, temporaryFolder } from '../support/process.ts'
import { type Service, startService } from '../support/service.ts'
import { onTerminalOf } from '../support/terminal.ts'
import { createFarTask, said } from './task-scene.ts'

afterAll(endEverything)

let service: Service
beforeAll(async () => {
  service = await startService({ env: { SCHEDULER_ENABLED: 'false' } })
})

const environment = () => ({ DATA_DIR: service.dataDir, DULY_URL: service.base })
const secret = (...args: string[]) => duly(['secret', ...args], environment())
const value = 'a-secret-word'

/** `duly secret …` with this text on stdin. */
async function piped(text: string, ...args: string[]) {
  const program = run(['bash', '-c', `printf %s "$TEXT" | ${dulyCommand('secret').join(' ')} "$@"`, 'bash', ...args], {
    env: { ...environment(), TEXT: text },
  })
  return { code: await program.exited, out: program.out, err: program.err }
}

test('set reads the value from stdin, a file or the terminal, and list and delete never print it', async () => {
  expect(await piped(`${value}\n`, 'set', 'FROM_STDIN')).toEqual({
    code: 0,
    out: 'Created the secret FROM_STDIN.\n',
    err: '',
  })
  expect((await piped(value, 'set', 'FROM_STDIN')).out).toBe('Changed the secret FROM_STDIN.\n')
  const file = join(temporaryFolder(), 'value')
  await Bun.write(file, `${value}\r\n`)
  const fromFile = await secret('set', 'FROM_FILE', '--value-file', file, '--json')
  expect(JSON.parse(fromFile.out)).toMatchObject({ name: 'FROM_FILE', tasks: 0 })
  const typed = await onTerminalOf(200, dulyCommand('secret', 'set', 'TYPED'), environment(), [
    ['Value of TYPED', `${value}\r`],
  ])
  expect(typed).toEqual({ code: 0, out: 'Value of TYPED: \nCreated the secret TYPED.\n' })
  const { out } = await secret('list')
  expect(out.split('\n').map((line) => line.split('\t')[0])).toEqual(['FROM_FILE', 'FROM_STDIN', 'TYPED', ''])
  expect(out + (await secret('list', '--json')).out + fromFile.out).not.toContain(value)
  expect(await secret('delete', 'TYPED')).toEqual({ code: 0, out: 'Deleted the secret TYPED.\n', err: '' })
  expect(await secret('delete', 'TYPED')).toMatchObject({
    code: 1,
    err: 'duly: There is no secret TYPED: duly secret list shows them.\n',
  })
})

test('a task uses a secret by its name, which then cannot be deleted', async () => {
  await piped(value, 'set', 'USED')
  const task = await createFarTask(service)
  await said(service, 'update', task.id, '--header', `Authorization: Bearer \${secret.USED}`)
  expect(await secret('delete', 'USED')).toMatchObject({ code: 1, err: expect.stringContaining(task.id) })
})

test('an empty value, a missing file and an invalid name are refused, without the value', async () => {
  expect(await piped('\n', 'set', 'EMPTY')).toMatchObject({
    code: 2,
    err: expect.stringContaining('The value is empty'),
  })
  expect((await secret('set', 'X', '--value-file', '/nonexistent')).code).toBe(2)
  for (const [name, text] of [
    ['no name', value],
    ['TWO_LINES', `${value}\n${value}`],
  ] as const) {
    const { code, out, err } = await piped(text, 'set', name)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).not.toContain(value)
  }
})
