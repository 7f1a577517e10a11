import type { Command } from 'commander'
import type { Execution } from '../../executions/model.ts'
import { traceIdOf, traceUrl, traceUrlHeader } from '../../formats/trace-context.ts'
import { isUuid } from '../../formats/uuid.ts'
import { exchangeWithApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { headerLines, responseLines } from '../execution-text.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readTaskName, taskArgument, taskIdOf } from '../task-id.ts'

/** Adds `duly executions get`. */
export function addExecutionsGet(executions: Command): void {
  const get = executions
    .command('get')
    .argument('<task>', taskArgument)
    .argument('<execution>', 'the id of the execution')
    .description('Show an execution, with what the target answered.')
    .option('--json', 'print the execution as JSON')
  addConnectionOptions(get).action(
    async (task: string, execution: string, options: ConnectionOptions & { json?: boolean }) => {
      const name = readTaskName(task)
      const id = readExecutionId(execution)
      const connection = findConnection(options)
      const path = `/tasks/${await taskIdOf(connection, name)}/executions/${id}`
      const { body, headers } = await exchangeWithApi<Execution>(connection, 'GET', path)
      await (options.json ? writeJson(body) : writeLine(inLines(body, headers.get(traceUrlHeader))))
    },
  )
}

/** Parses the id of an execution. @throws UsageError */
export function readExecutionId(text: string): string {
  if (isUuid(text)) return text.toLowerCase()
  throw new UsageError(
    `${printable(text)} is not an execution id: it must be a UUID, as duly executions list shows it.`,
  )
}

/** Formats an execution for a person. @param template the address of a trace, if the service has one */
function inLines(execution: Execution, template: string | null): string {
  const { duration_ms, waited_ms, status_code, missed_slots, stop_requested_at } = execution
  const facts: [string, string | null][] = [
    ['Id', execution.id],
    ['Task', execution.task_id],
    ['Status', execution.status],
    ['Error', execution.error],
    ['Slot', execution.scheduled_for],
    ['Attempt', String(execution.attempt)],
    ['Trace', template === null ? null : traceUrl(template, traceIdOf(execution))],
    ['Missed', missed_slots > 0 ? `${missed_slots} slots` : null],
    ['To be sent', execution.queued_for],
    ['Started', execution.started_at],
    ['Stop', stop_requested_at === null ? null : `asked for at ${stop_requested_at}`],
    ['Waited', waited_ms === null ? null : `${waited_ms} ms`],
    ['Duration', duration_ms === null ? null : `${duration_ms} ms`],
    ['Answer', status_code === null ? null : `status ${status_code}`],
  ]
  const lines = facts.flatMap(([name, text]) => (text === null ? [] : [`${name.padEnd(10)}${printable(text)}`]))
  const parts = [lines, headerLines(execution), responseLines(execution)].filter((part) => part.length > 0)
  return parts.map((part) => part.join('\n')).join('\n\n')
}
