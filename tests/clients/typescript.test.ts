import { afterAll, expect, mock, test } from 'bun:test'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript5 from 'typescript-5'
import tsconfig from '../../tsconfig.json'
import { createAccount, send } from '../support/app.ts'
import { checkout, endEverything, run, temporaryFolder } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import { ask } from '../support/service.ts'

afterAll(endEverything)

/** The program of docs/clients.md. */
const program = /```typescript\n(.*?)```/s.exec(readFileSync(join(checkout, 'docs/clients.md'), 'utf8'))?.[1] ?? ''

/** Writes the program and its generated client into a folder of their own, with the settings of a strict project. */
async function writeProject(document: object): Promise<string> {
  // openapi-typescript needs the API of TypeScript 5, which the compiler of this project no longer has.
  await mock.module('typescript', () => ({ default: typescript5, ...typescript5 }))
  const { default: generate, astToString } = await import('openapi-typescript')
  const folder = join(temporaryFolder(), 'client')
  mkdirSync(folder)
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'duly.ts'), astToString(await generate(structuredClone(document) as never)))
  writeFileSync(join(folder, 'program.ts'), program)
  const { compilerOptions } = tsconfig
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  return folder
}

test('the TypeScript client of docs/clients.md is generated, type-checked, and creates, lists, changes and runs a task', async () => {
  const account = await createAccount()
  const service = await startReplica(account)
  const response = await fetch(`${service.base}/swagger/json`)
  const folder = await writeProject((await response.json()) as object)
  const compiled = run([join(checkout, 'node_modules/.bin/tsc'), '--project', folder], {})
  expect([await compiled.exited, compiled.out]).toEqual([0, ''])

  const { body: created } = await ask(service, 'POST', '/tokens', { name: 'client', scopes: ['read', 'write', 'run'] })
  const ran = run(['bun', join(folder, 'program.ts')], { env: { DULY_URL: service.base, DULY_TOKEN: created.token } })
  expect([await ran.exited, ran.out.trim().split('\n').at(-1)]).toEqual([0, 'queued'])
  const { body: tasks } = await send(account, 'GET', '/tasks')
  expect(tasks).toMatchObject([{ name: 'Send invoices', retries: 3 }])
}, 60_000)
