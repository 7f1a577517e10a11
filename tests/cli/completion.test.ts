import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Command } from 'commander'
import { levelsOf } from '../../src/cli/client/completion.ts'
import { fishScript, zshScript } from '../../src/cli/client/completion-scripts.ts'
import { clientProgram } from '../../src/cli/client/program.ts'
import { duly, endEverything, run, temporaryFolder } from '../support/process.ts'

afterAll(endEverything)

let folder: string
beforeAll(async () => {
  folder = temporaryFolder()
  const { code, out, err } = await duly(['completion', 'bash'], {})
  expect({ code, err }).toEqual({ code: 0, err: '' })
  await Bun.write(join(folder, 'duly.bash'), out)
  for (const name of ['tasks.yaml', 'tasks.json', 'other']) await Bun.write(join(folder, name), '')
})

/** What a real bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `source duly.bash; COMP_WORDS=(duly "$@"); COMP_CWORD=$#; _duly; printf '%s\\n' "\${COMPREPLY[@]}"`
  const program = run(['bash', '-uc', script, 'bash', ...words], { cwd: folder })
  expect({ code: await program.exited, err: program.err }).toEqual({ code: 0, err: '' })
  return program.out.split('\n').filter((line) => line !== '')
}

test('bash completes commands, options, values and files', async () => {
  expect(await offered('ta')).toEqual(['task', 'task-set'])
  expect(await offered('')).toEqual(expect.arrayContaining(['serve', 'service', 'task', 'overview', 'context']))
  expect((await offered('task', 'u')).sort()).toEqual(['upcoming', 'update'])
  expect(await offered('task', 'list', '--st')).toEqual(['--status'])
  expect(await offered('task', 'list', '--status', '')).toEqual(['active', 'paused', 'disabled'])
  expect(await offered('task', 'list', '--status', '=', 'pa')).toEqual(['paused'])
  expect(await offered('task', 'create', '--method', 'P')).toContain('POST')
  expect(await offered('task', 'update', 'ID', '--unset', 'pay')).toEqual(['payload'])
  expect((await offered('task', 'create', '--file', 'tasks')).sort()).toEqual(['tasks.json', 'tasks.yaml'])
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
})

test('the value of an option is not taken for a command, and an option before a command does not hide it', async () => {
  expect(await offered('--context', 'task', 'con')).toEqual(['context'])
  expect(await offered('task', 'create', '--name', 'list', '--sta')).toEqual(['--status'])
})

test('every command and every option is in the scripts of all shells', async () => {
  const [bash, zsh, fish] = await Promise.all(
    ['bash', 'zsh', 'fish'].map(async (shell) => (await duly(['completion', shell], {})).out),
  )
  for (const { path, options } of levelsOf(clientProgram())) {
    const command = ['duly', ...path].join(' ')
    expect(bash).toContain(`    '${command}')\n`)
    expect(zsh).toContain(`    '${command}')\n`)
    for (const { name } of options)
      expect(fish).toContain(`'__duly_at ${path.join(' ')}`.trimEnd().concat(`' -l ${name.slice(2)} `))
  }
})

test('quotes in descriptions stay text', () => {
  const program = new Command('duly')
  program.command('x').description("it's $(x): `x` \\. More.")
  const levels = levelsOf(program)
  expect(zshScript(levels)).toContain("('x:it'\\''s $(x)\\: `x` \\')")
  expect(fishScript(levels)).toContain("-a x -d 'it\\'s $(x): `x` \\\\'")
})

test('an unknown shell is wrong usage', async () => {
  expect(await duly(['completion', 'tcsh'], {})).toEqual({
    code: 2,
    out: '',
    err: 'duly: There is no completion for this shell: it must be one of bash, zsh, fish.\n',
  })
})
