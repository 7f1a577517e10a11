import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Command } from 'commander'
import { wholeProgram } from '../../src/cli/commands/main.ts'
import { duly, endEverything, temporaryFolder } from '../support/process.ts'

afterAll(endEverything)

interface Leaf {
  readonly path: string[]
  readonly command: Command
}

/** All commands that do something. */
function leavesOf(command: Command, path: string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ path, command }]
  return command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
}

const leaves = leavesOf(wholeProgram())
const optionsOf = ({ command }: Leaf) => command.options.map(({ long }) => long)
const callsApi = (leaf: Leaf) => optionsOf(leaf).includes('--service-url') && leaf.path[0] !== 'login'

/** Commands whose output is no data. */
const withoutJson = ['serve', 'completion']
const keyedTask = join(temporaryFolder(), 'task.yaml')
await Bun.write(keyedTask, 'key: x')
const setFile = join(temporaryFolder(), 'set.yaml')
await Bun.write(setFile, 'set: x\ntasks:')
const id = '01a20cff-120b-72cd-a724-203a0c00e000'
/** What a command needs besides its arguments so that it sends a request. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'task create': ['--name', 'x'],
  'task apply': ['--file', keyedTask],
  'task update': ['--name', 'x'],
  'task delete': ['--yes'],
  'task pause': [id, '--until', '2h'],
  'task resume': ['--all'],
  plan: ['--file', setFile],
  apply: ['--file', setFile],
  export: ['--all'],
  'task-set delete': ['--yes'],
  'tls-profile set': ['--ca', 'LICENSE'],
  'flow set': ['--concurrency', '1'],
  'calendar set': ['--weekend', 'sunday'],
  'alert mute': ['--for', '1h'],
  'alert-silence create': ['--host', 'x', '--for', '1h', '--reason', 'x'],
  'executions run-again': ['--since', '1h'],
  'channel create': ['--address', 'a@example.com'],
  'secret set': [id, '--value-file', 'LICENSE'],
}
const argumentsOf = ({ command }: Leaf) => command.registeredArguments.filter(({ required }) => required).map(() => id)

/** Runs a command for each leaf, some at once. */
async function walk(some: readonly Leaf[], work: (leaf: Leaf) => Promise<void>): Promise<void> {
  const remaining = some.values()
  const worker = async () => {
    for (const leaf of remaining) await work(leaf)
  }
  await Promise.all([worker(), worker(), worker()])
}

test('every command has help, and --json unless its output is no data', async () => {
  await walk(leaves, async ({ path, command }) => {
    const { code, out, err } = await duly([...path, '--help'], {})
    expect({ path, code, err }).toEqual({ path, code: 0, err: '' })
    expect(out).toStartWith(`Usage: duly ${path.join(' ')} `)
    expect(out).not.toContain('\x1b')
    const hasJson = command.options.some(({ long }) => long === '--json')
    expect({ path, hasJson }).toEqual({ path, hasJson: !withoutJson.includes(path.join(' ')) })
  })
})

test('wrong usage of every command is exit code 2, and with --json one line of JSON', async () => {
  await walk(leaves, async ({ path }) => {
    expect(await duly([...path, '--qqqqqq'], {})).toEqual({
      code: 2,
      out: '',
      err: "error: unknown option '--qqqqqq'\n",
    })
    const { code, out, err } = await duly([...path, '--qqqqqq', '--json'], {})
    expect({ path, code, out, lines: err.trimEnd().split('\n').length }).toEqual({ path, code: 2, out: '', lines: 1 })
    expect(JSON.parse(err)).toMatchObject({ code: 'usage', errors: [] })
  })
})

test('every command that calls a service is exit code 1 when there is none, also in JSON, and leaves no file', async () => {
  const folder = temporaryFolder()
  const env = { DATA_DIR: folder, DULY_URL: 'http://127.0.0.1:9', SERVICE_TOKEN: 'a-token-of-nobody', TERM: 'dumb' }
  const callers = leaves.filter(callsApi)
  expect(callers.length).toBeGreaterThan(10)
  await walk(callers, async (leaf) => {
    const args = [...leaf.path, ...argumentsOf(leaf), ...(needs[leaf.path.join(' ')] ?? [])]
    const sentence = 'Nothing listens at http://127.0.0.1:9 (connection refused)'
    const plain = await duly(args, env)
    expect({ args, code: plain.code, out: plain.out, err: plain.err }).toEqual({
      args,
      code: 1,
      out: '',
      err: expect.stringContaining(`duly: ${sentence}`),
    })
    expect(plain.err).not.toContain('\x1b')
    const json = await duly([...args, '--json'], env)
    expect({ args, code: json.code, body: JSON.parse(json.err) }).toMatchObject({
      args,
      code: 1,
      body: { message: expect.stringContaining(sentence), code: 'unreachable', errors: [] },
    })
  })
  expect(await Array.fromAsync(new Bun.Glob('**').scan({ cwd: folder, dot: true }))).toEqual([])
})

test('a group without a command shows its help and is exit code 2', async () => {
  const groups = wholeProgram().commands.filter(({ commands }) => commands.length > 0)
  for (const group of groups) {
    const { code, out, err } = await duly([group.name()], {})
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toStartWith(`Usage: duly ${group.name()} `)
  }
})
