import { Command } from 'commander'
import { write } from '../output.ts'
import { setSchema } from './set-schema.ts'

/** Creates `duly schema`. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('Print the JSON Schema of the files of a task set, with which editors check and complete them.')
    .option('--json', 'print it without line breaks')
    .addHelpText(
      'after',
      `
  duly schema > task-set.schema.json

and as the first line of a file:

  # yaml-language-server: $schema=./task-set.schema.json`,
    )
    .action(({ json }: { json?: boolean }) => write(`${JSON.stringify(setSchema(), null, json ? 0 : 2)}\n`))
}
