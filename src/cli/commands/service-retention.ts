import { Command } from 'commander'
import { commandLine } from '../../audit/actor.ts'
import type { Sql } from '../../database/sql.ts'
import {
  deleteLabelRetention,
  readLabelRetention,
  setLabelRetention,
  tooManyLabels,
} from '../../services/label-retention.ts'
import { readRetention, type SetDays, setRetention } from '../../services/retention.ts'
import { type OwnDays, retentionFaults } from '../../services/retention-model.ts'
import { type Label, readLabel } from '../../task-fields/one-label.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { wholeNumber } from '../whole-number.ts'
import { withDatabase } from '../with-database.ts'
import { noSuchService, requireId } from './service-id.ts'

interface Options {
  executionDays?: string
  failureDays?: string
  answerDays?: string
  label?: string
  delete?: boolean
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
    .option('--label <label>', 'of the tasks with this label, such as tier=batch, in place of the days of the service')
    .option('--delete', 'take back what was set for the label')
    .option('--json', 'print JSON for scripts')
    .addHelpText(
      'after',
      `
A task is kept by the days of its first label (by name) for which some are set, else by those of the service. What is not given
for a new label is as the server says.

  duly service retention ID --execution-days 14 --failure-days 90
  duly service retention ID --label tier=batch --execution-days 1 --failure-days 7
  duly service retention ID --label tier=batch --delete`,
    )
    .action((id: string, options: Options) => {
      requireId(id)
      const label = options.label === undefined ? undefined : labelOf(options.label)
      const given = {
        execution_days: readDays('--execution-days', options.executionDays),
        failure_days: readDays('--failure-days', options.failureDays),
        answer_days: readDays('--answer-days', options.answerDays),
      }
      const json = options.json === true
      if (options.delete) {
        if (!label) throw new UsageError('--delete needs --label: it takes back what was set for a label.')
        if (Object.values(given).some((days) => days !== undefined))
          throw new UsageError('--delete and days exclude each other: either set days, or take them back.')
        return withDatabase((sql) => takeBack(sql, id, label, json))
      }
      return withDatabase((sql) => (label ? ofLabel(sql, id, label, given, json) : retention(sql, id, given, json)))
    })
}

function labelOf(text: string): Label {
  const label = readLabel(text)
  if (!label) throw new UsageError('--label must be NAME=VALUE, such as tier=batch.')
  return label
}

/** Returns the days of an option; null for 0, and undefined for none. */
function readDays(option: string, text: string | undefined): number | null | undefined {
  return text === undefined ? undefined : wholeNumber(option, text, 0, atMost) || null
}

type Given = { readonly [name in keyof OwnDays]: OwnDays[name] | undefined }

/** Returns the days with those that are given, if some are; undefined to only show them. */
function changed(before: OwnDays, given: Given): OwnDays | undefined {
  const set = Object.fromEntries(Object.entries(given).filter(([, days]) => days !== undefined))
  if (Object.keys(set).length === 0) return undefined
  const { execution_days, failure_days, answer_days } = before
  const days: OwnDays = { execution_days, failure_days, answer_days, ...set }
  const [fault] = retentionFaults(days, anyServer)
  if (fault) throw new UsageError(`--${fault.path.slice(1).replace('_', '-')} ${fault.message}.`)
  return days
}

async function retention(sql: Sql, id: string, given: Given, json: boolean): Promise<void> {
  const before = await readRetention(sql, id)
  if (!before) throw noSuchService(id)
  const days = changed(before, given)
  if (days && !(await setRetention(sql, id, days, commandLine()))) throw noSuchService(id)
  const now: SetDays = { ...before, ...days }
  if (json) return writeJson({ id, ...now })
  const lines = now.labels.flatMap((label) => [`  ${printable(label.label)}`, ...shown(label, '    ')])
  await writeLine([...shown(now, '  '), ...lines].join('\n'))
}

async function ofLabel(sql: Sql, id: string, label: Label, given: Given, json: boolean): Promise<void> {
  if (!(await readRetention(sql, id))) throw noSuchService(id)
  const before = await readLabelRetention(sql, id, label)
  const days = changed(before ?? { execution_days: null, failure_days: null, answer_days: null }, given)
  if (days) {
    const written = await setLabelRetention(sql, id, label, days, commandLine())
    if (!written) throw noSuchService(id)
    if (!written.is_written) throw new CommandError(tooManyLabels)
  }
  const now = days ?? before
  if (!now) throw noneOf(label)
  if (json) return writeJson({ id, label: `${label.name}=${label.value}`, ...now })
  await writeLine(shown(now, '  ').join('\n'))
}

async function takeBack(sql: Sql, id: string, label: Label, json: boolean): Promise<void> {
  if (!(await readRetention(sql, id))) throw noSuchService(id)
  if (!(await deleteLabelRetention(sql, id, label, commandLine()))) throw noneOf(label)
  if (json) return writeJson({ id, label: `${label.name}=${label.value}`, deleted: true })
  await writeLine(`What was set for ${printable(`${label.name}=${label.value}`)} is taken back.`)
}

const noneOf = ({ name, value }: Label) =>
  new CommandError(`No retention is set for the label ${printable(`${name}=${value}`)}: the days of the service hold.`)

/** Lines with days, each after `indent`. */
function shown(days: OwnDays, indent: string): string[] {
  const line = (name: string, value: number | null) =>
    `${indent}${name.padEnd(12)}${value === null ? 'as the server says' : `${value} ${value === 1 ? 'day' : 'days'}`}`
  return [
    line('Executions', days.execution_days),
    line('Failures', days.failure_days),
    line('Answers', days.answer_days),
  ]
}
