import { Command } from 'commander'
import type { Overview } from '../../overview/model.ts'
import { callApi } from '../api-client.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { addLabelOption, labelParameters } from '../label-option.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { taskCount } from '../task-text.ts'

interface OverviewOptions extends ConnectionOptions {
  readonly label?: readonly string[]
  readonly json?: boolean
}

/** Creates `duly overview`. */
export function overviewCommand(): Command {
  const overview = new Command('overview')
    .description('Show how the tasks of a service are doing: results, failing tasks, runs that are due.')
    .option('--json', 'print the overview as JSON')
  addLabelOption(overview)
  return addConnectionOptions(overview).action(async (options: OverviewOptions) => {
    const query = new URLSearchParams(labelParameters(options))
    const path = `/overview${query.size > 0 ? `?${query}` : ''}`
    const found = await callApi<Overview>(findConnection(options), 'GET', path)
    await (options.json ? writeJson(found) : writeLine(inLines(found)))
  })
}

type Results = Overview['hours'][number]

/** Formats an overview for a person. */
function inLines(overview: Overview): string {
  const { tasks, hours, days, failing, upcoming, unreadable, skew_ms, duration_ms, catch_up } = overview
  const due = sum(upcoming.map(({ count }) => count))
  // A server before this field has none.
  const more = unreadable > 0 ? `, and later ones of ${taskCount(unreadable)} that the server cannot read` : ''
  const lines = [
    `Tasks         ${tasks.active} active, ${tasks.paused} paused, ${tasks.disabled} disabled`,
    `Last 24 h     ${results(hours)}`,
    `Last 7 days   ${results(days)}`,
    `Next 24 h     ${due} ${due === 1 ? 'run' : 'runs'}${more}`,
    `Start delay   ${percentiles(skew_ms)}`,
    `Duration      ${percentiles(duration_ms)}`,
  ]
  if (catch_up !== null) lines.push(`Catching up   ${catchingUp(catch_up)}`)
  if (failing.length === 0) return [...lines, 'Failing       none'].join('\n')
  lines.push(`Failing       ${taskCount(failing.length)}${failing.length === 100 ? ', or more' : ''}`)
  for (const { task_id, name, since, settled, consecutive, status, error } of failing)
    lines.push(
      printable(`  ${task_id}  ${name}`),
      printable(
        `    ${times(settled, consecutive)} since ${since}${status === 'active' ? '' : `, ${status}`}: ${error ?? 'no reason given'}`,
      ),
    )
  return lines.join('\n')
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const catchingUp = ({ late, ends_at }: NonNullable<Overview['catch_up']>) =>
  `${late} late ${late === 1 ? 'run' : 'runs'}${ends_at === null ? '' : `, the last of them at about ${ends_at}`}`

/** What has failed in a row: runs, and in brackets their attempts where there were more; attempts alone while the first run is repeated. */
function times(settled: number, attempts: number): string {
  const some = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
  if (settled === 0) return `${some(attempts, 'attempt')} failed`
  return `${some(settled, 'failure')} in a row${attempts > settled ? ` (${attempts} attempts)` : ''}`
}

function results(periods: readonly Results[]): string {
  const of = (status: 'success' | 'failed' | 'skipped') => sum(periods.map((period) => period[status]))
  return `${of('success')} succeeded, ${of('failed')} failed, ${of('skipped')} skipped`
}

/** Formats percentiles in ms. They are null when there was nothing to measure. */
const percentiles = ({ p50, p99 }: Overview['skew_ms']) =>
  p50 === null || p99 === null ? '-' : `${Math.round(p50)} ms (p50), ${Math.round(p99)} ms (p99)`
