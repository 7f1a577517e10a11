import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { codeOfStatus, errorCodes } from '../../src/http/error-codes.ts'
import { errorResponse } from '../../src/http/error-response.ts'
import { ApiError } from '../../src/http/errors.ts'
import { createAccount, createTask, farTask, send } from '../support/app.ts'

const root = `${import.meta.dir}/../../`
const sources = [...new Bun.Glob('src/**/*.ts').scanSync(root)]
  .filter((path) => !/^src\/(dashboard|cli)\//.test(path))
  .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))

test('an error has the code of its status, or the code that it names and the status of that', async () => {
  for (const [status, code] of Object.entries(codeOfStatus))
    expect(errorCodes[code].status).toBe(Number(status) as never)
  expect(new ApiError(409, 'No.')).toMatchObject({ status: 409, code: 'conflict' })
  expect(new ApiError('task_busy', 'No.')).toMatchObject({ status: 409, code: 'task_busy' })
  const response = errorResponse(new ApiError('task_not_found', 'No.'), undefined)
  expect([response.status, await response.json()]).toEqual([404, { message: 'No.', code: 'task_not_found' }])
})

test('no source makes an error response without a code of the list', () => {
  // A script of the dashboard that does not exist any more is no address of the API.
  const offenders = sources
    .filter(({ path }) => !/(errors|error-codes|dashboard-files)\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\bstatus(?: ?[:=] ?|\()[45]\d\d\b.*/g)].map(([line]) => `${path}: ${line}`),
    )
  expect(offenders).toEqual([])
})

test('every code of the list is used, and has its sentence in docs/errors.md', () => {
  const all = sources.map(({ text }) => text).join('\n')
  const docs = readFileSync(`${root}docs/errors.md`, 'utf8')
  const defaults = new Set<string>(Object.values(codeOfStatus))
  for (const [code, { status, text }] of Object.entries(errorCodes)) {
    expect([code, defaults.has(code) || all.includes(`'${code}'`)]).toEqual([code, true])
    expect(text).toMatch(/^[A-Z`].*\.$/)
    expect(docs).toContain(`| \`${code}\` | ${status} | ${text} |`)
  }
})

test('errors name their code: what was wrong, and with each field', async () => {
  const owner = await createAccount()
  const task = await createTask(owner)
  const codeOf = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    (await send(owner, method, path, body, headers)).body.code
  expect(await codeOf('GET', `/tasks/${crypto.randomUUID()}`)).toBe('task_not_found')
  expect(await codeOf('GET', '/nowhere')).toBe('not_found')
  expect(await codeOf('DELETE', '/tasks')).toBe('method_not_allowed')
  expect(await codeOf('POST', '/tasks', '{')).toBe('malformed_body')
  expect(await codeOf('POST', '/tasks', farTask, { 'content-type': 'text/plain' })).toBe('unsupported_media_type')
  expect(await codeOf('POST', `/tasks/${task.id}`, { name: 'x' }, { 'if-match': '"99"' })).toBe('stale_version')
  await send(owner, 'POST', `/tasks/${task.id}/executions`)
  expect(await codeOf('POST', `/tasks/${task.id}/executions`)).toBe('task_busy')
  expect((await send(undefined, 'GET', '/tasks')).body.code).toBe('unauthorized')
  const body = { ...farTask, nme: 'x', url: undefined, retries: 11, name: 5, unit: 'year' }
  const { errors, code } = (await send(owner, 'POST', '/tasks', body)).body
  expect(code).toBe('invalid_input')
  expect(Object.fromEntries(errors.map((error: { path: string; code: string }) => [error.path, error.code]))).toEqual({
    '/nme': 'unknown',
    '/url': 'required',
    '/retries': 'out_of_range',
    '/name': 'wrong_type',
    '/unit': 'invalid',
  })
  expect((await send(owner, 'GET', '/tasks?count=1&count=2')).body.errors[0].code).toBe('duplicate')
})
