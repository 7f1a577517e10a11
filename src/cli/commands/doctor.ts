import { Command } from 'commander'
import { examine } from '../../doctor/examine.ts'
import type { Finding, Level } from '../../doctor/finding.ts'
import { CommandError } from '../command-error.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { withAddress } from '../with-database.ts'

/** Creates `duly doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Examine the database: version, settings, schema, rights, partitions, indexes, dead rows, clock, replicas. Changes nothing; exit code 1 if there is a problem.',
    )
    .option('--json', 'print JSON for scripts')
    .action(({ json }: { json?: boolean }) =>
      withAddress(async (url, config) => {
        const findings = await examine(url, config)
        if (json) await writeJson(findings)
        else await writeLine(findings.flatMap(linesOf).join('\n'))
        const problems = count(findings, 'problem')
        if (problems > 0)
          throw new CommandError(
            `${amount(problems, 'problem')} and ${amount(count(findings, 'warning'), 'warning')} found.`,
          )
      }),
    )
}

const count = (findings: readonly Finding[], of: Level) => findings.filter(({ level }) => level === of).length
const amount = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`

const linesOf = ({ check, level, found, advice }: Finding) => {
  const line = `${level.padEnd(9)}${check.padEnd(14)}${printable(found)}`
  return advice === undefined ? [line] : [line, `${' '.repeat(23)}${printable(advice)}`]
}
