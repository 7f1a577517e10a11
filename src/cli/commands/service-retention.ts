import { Command } from 'commander'
import { commandLine } from '../../audit/actor.ts'
import type { Sql } from '../../database/sql.ts'
import { readRetention, setRetention } from '../../services/retention.ts'
import { type OwnDays, retentionFaults } from '../../services/retention-model.ts'
import { UsageError } from '../command-error.ts'
import { writeJson, writeLine } from '../output.ts'
import { wholeNumber } from '../whole-number.ts'
import { withDatabase } from '../with-database.ts'
import { noSuchService, requireId } from './service-id.ts'

interface Options {
  executionDays?: string
  failureDays?: string
  answerDays?: string
  json?: boolean
}

const atMost = 3_650
/** The replicas may have other settings than this process, so theirs are not looked at: the fewer days hold. */
const anyServer = { executionRetentionDays: atMost, failureRetentionDays: atMost, answerRetentionDays: atMost }

/** Creates `duly service retention`. */
export function serviceRetentionCommand(): Command {
  return new Command('retention')
    .argument('<id>', 'the id of the service')
    .description(
      'Show or set for how many days the executions of a service are kept, if for fewer than the server says.',
    )
    .option(
      '--execution-days <n>',
      'executions that ended as success, and skipped ones: 1 to 3650; 0 for as the server says',
    )
    .option('--failure-days <n>', 'failed executions')
    .option('--answer-days <n>', 'bodies and headers of answers')
    .option('--json', 'print JSON for scripts')
    .action((id: string, options: Options) => {
      requireId(id)
      const given = {
        execution_days: readDays('--execution-days', options.executionDays),
        failure_days: readDays('--failure-days', options.failureDays),
        answer_days: readDays('--answer-days', options.answerDays),
      }
      return withDatabase((sql) => retention(sql, id, given, options.json === true))
    })
}

/** Returns the days of an option; null for 0, and undefined for none. */
function readDays(option: string, text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : wholeNumber(option, text, 0, atMost) || null
}

type Given = { readonly [name in keyof OwnDays]: OwnDays[name] | undefined }

async function retention(sql: Sql, id: string, given: Given, json: boolean): Promise<void> {
  const before = await readRetention(sql, id)
  if (!before) throw noSuchService(id)
  const set = Object.fromEntries(Object.entries(given).filter(([, days]) => days !== undefined))
  const days: OwnDays = { ...before, ...set }
  if (Object.keys(set).length > 0) {
    const [fault] = retentionFaults(days, anyServer)
    if (fault) throw new UsageError(`--${fault.path.slice(1).replace('_', '-')} ${fault.message}.`)
    if (!(await setRetention(sql, id, days, commandLine()))) throw noSuchService(id)
  }
  if (json) return writeJson({ id, ...days })
  const line = (name: string, value: number | null) =>
    `  ${name.padEnd(12)}${value === null ? 'as the server says' : `${value} days`}`
  const lines = [
    line('Executions', days.execution_days),
    line('Failures', days.failure_days),
    line('Answers', days.answer_days),
  ]
  await writeLine(lines.join('\n'))
}
