import { expect } from 'bun:test'
import { duly, dulyCommand, run } from '../support/process.ts'
import { ask, type Service } from '../support/service.ts'
import { onTerminalOf } from '../support/terminal.ts'

/** A task whose first run is far away. */
export const farTask = {
  name: 'A task',
  url: 'http://127.0.0.1:9/',
  method: 'GET',
  frequency: 1,
  unit: 'hour',
  scheduled_at: '2099-01-01T00:00:00Z',
}

/** `duly task …` against a service on this machine, with the credentials in its DATA_DIR. */
export function taskCommand(service: Service, ...args: string[]) {
  return duly(['task', ...args], { DATA_DIR: service.dataDir, DULY_URL: service.base })
}

/** A command that must succeed, and what it said. */
export async function said(service: Service, ...args: string[]): Promise<string> {
  const { code, out, err } = await taskCommand(service, ...args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

/** A command that must succeed, and what it said as JSON. */
export async function json(service: Service, ...args: string[]) {
  return JSON.parse(await said(service, ...args, '--json'))
}

/** A command that must fail with this exit code and say nothing on stdout; what it said on stderr. */
export async function refusal(service: Service, code: number, ...args: string[]): Promise<string> {
  const answer = await taskCommand(service, ...args)
  expect({ code: answer.code, out: answer.out }).toEqual({ code, out: '' })
  return answer.err.trim()
}

/** Creates a far task with these fields in place of its own, over the API. */
export async function createFarTask(service: Service, fields: object = {}) {
  const { status, body } = await ask(service, 'POST', '/tasks', { ...farTask, ...fields })
  expect(status).toBe(201)
  return body
}

/** `duly task …` by a shell, for what pipes do; `$DULY_TASK` is the command. */
export async function inShell(service: Service, script: string) {
  const program = run(['bash', '-c', script], {
    env: { DATA_DIR: service.dataDir, DULY_URL: service.base, DULY_TASK: dulyCommand('task').join(' ') },
  })
  const code = await program.exited
  return { code, out: program.out, err: program.err }
}

/** `duly task …` on a terminal of so many columns, where a person types `typed` once something is asked. */
export function onTerminal(service: Service, columns: number, args: readonly string[], typed = '') {
  const env = { DATA_DIR: service.dataDir, DULY_URL: service.base }
  return onTerminalOf(columns, dulyCommand('task', ...args), env, [['[y/N]', typed]])
}
