import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { checkResult } from '../../import/check-result.ts'
import type { InputFile } from '../../import/kubernetes/read-manifests.ts'
import type { ImportResult } from '../../import/model.ts'
import { type NextSteps, writeReport } from '../../import/report.ts'
import { reportJson } from '../../import/report-json.ts'
import { writeTasksFile } from '../../import/tasks-file.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { write, writeError, writeJson } from '../output.ts'
import { decode, readInput } from '../read-input.ts'
import { hasTerminal } from '../terminal.ts'
import { checkSetName } from './set-file.ts'

/** Largest file of an importer, in MiB. */
const maxMiB = 64

/** Options of every importer. */
export interface ImportOptions {
  readonly file?: readonly string[]
  readonly set: string
  readonly output?: string
  readonly json?: boolean
}

/** An importer: what it makes of its files, and what to do afterwards. */
export interface Importer<Options extends ImportOptions> {
  readonly name: string
  readonly what: string
  readonly read: (files: readonly InputFile[], options: Options) => ImportResult
  readonly steps?: (result: ImportResult, options: Options) => Partial<NextSteps>
}

/** Creates the command of an importer, with the options that all of them have. */
export function importerCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-f, --file <file...>', 'file to read; - reads stdin (default: -)')
    .option('--set <name>', 'the name of the task set', 'imported')
    .option('--output <file>', 'write the file of tasks there (default: stdout)')
    .option('--json', 'print the report and the tasks as JSON on stdout instead')
}

/** Gives a command its importer. */
export function runs<Options extends ImportOptions>(command: Command, importer: Importer<Options>): Command {
  return command.action((options: Options) => runImport(importer, options))
}

async function runImport<Options extends ImportOptions>(importer: Importer<Options>, options: Options): Promise<void> {
  const { set, output, json } = options
  checkSetName(set, '--set')
  if (options.file === undefined && hasTerminal())
    throw new UsageError('Give the file to read: -f FILE, or pipe it in.')
  const result = checkResult(importer.read(await readFiles(options.file ?? ['-']), options))
  if (result.jobs.length === 0)
    throw new CommandError(`There is no ${importer.what} in the input: see whether it is the right file.`)
  const file = writeTasksFile(result, { set, command: `duly import ${importer.name}` })
  if (output !== undefined) await writeOutput(output, file)
  if (json) return writeJson(reportJson(result, set))
  if (output === undefined) await write(file)
  const steps = importer.steps?.(result, options) ?? {}
  writeError(writeReport(result, { suspend: [], resume: [], setSecrets: undefined, ...steps, output }))
}

/** Reads the files of an importer. @throws UsageError when one cannot be read, or is no UTF-8 text */
export async function readFiles(names: readonly string[], option = '--file'): Promise<InputFile[]> {
  const files: InputFile[] = []
  for (const name of names) {
    const text = decode(option, await readInput(option, name, maxMiB))
    files.push(name === '-' ? { text } : { name, text })
  }
  return files
}

async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    throw new UsageError(`--output cannot write ${JSON.stringify(path)} (${code ?? message}).`)
  }
}
