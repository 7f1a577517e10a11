import { Command } from 'commander'
import { clientSettings } from '../../config/client-settings.ts'
import { CommandError } from '../command-error.ts'
import { findContext, readContexts, writeContexts } from '../contexts.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import type { Column } from '../table.ts'

interface Output {
  readonly json?: boolean
}

/** A context without its token, as it is shown. */
interface ShownContext {
  readonly name: string
  readonly url: string
  readonly service_id: string | null
  readonly current: boolean
}

const columns: readonly Column<ShownContext>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 40, priority: 4 },
  { title: 'CURRENT', cell: ({ current }) => (current ? '*' : ''), min: 7, max: 7, priority: 3 },
  { title: 'URL', cell: ({ url }) => printable(url), min: 16, max: 200, priority: 2 },
  { title: 'SERVICE', cell: ({ service_id }) => printable(service_id ?? '-'), min: 36, max: 36, priority: 1 },
]

/** Creates `duly context`. */
export function contextCommand(): Command {
  const context = new Command('context')
    .description('List and choose the services that duly login has kept.')
    .addHelpText(
      'after',
      `
Commands use the service of --context, or else that of DULY_URL, SERVICE_ID and SERVICE_TOKEN, or else that of
DULY_CONTEXT, or else the current context. Tokens are never printed.`,
    )
  context
    .command('list')
    .description('List the contexts, with * for the current one.')
    .option('--json', 'print a JSON array')
    .action((options: Output) => list(options))
  context
    .command('current')
    .description('Print the name of the current context, or that of DULY_CONTEXT.')
    .option('--json', 'print {"name", "url", "service_id", "current"}')
    .action((options: Output) => current(options))
  context
    .command('use')
    .argument('<name>', 'the name of the context')
    .description('Make a context the current one.')
    .option('--json', 'print {"name", "url", "service_id", "current"}')
    .action((name: string, options: Output) => use(name, options))
  context
    .command('delete')
    .argument('<name>', 'the name of the context')
    .description('Delete a context with its token from this machine. The token stays valid.')
    .option('--json', 'print {"name", "deleted"}')
    .action((name: string, options: Output) => remove(name, options))
  return context
}

/** Returns the contexts for output; those of DULY_CONTEXT and of `use` are current. */
function shownContexts(): ShownContext[] {
  const settings = clientSettings()
  const contexts = readContexts(settings.configFolder)
  const chosen = settings.context ?? contexts.current
  return [...contexts.byName].map(([name, { url, serviceId }]) => ({
    name,
    url,
    service_id: serviceId ?? null,
    current: name === chosen,
  }))
}

const list = ({ json }: Output) =>
  writeList(shownContexts(), { columns, json, empty: 'There is no context: duly login creates one.' })

async function current({ json }: Output): Promise<void> {
  const found = shownContexts().find((context) => context.current)
  if (!found)
    throw new CommandError('There is no current context: duly login creates one, and duly context use chooses one.')
  await (json ? writeJson(found) : writeLine(printable(found.name)))
}

async function use(name: string, { json }: Output): Promise<void> {
  const { configFolder } = clientSettings()
  const contexts = readContexts(configFolder)
  const { url, serviceId } = findContext(contexts, name)
  writeContexts(configFolder, { ...contexts, current: name })
  if (json) return writeJson({ name, url, service_id: serviceId ?? null, current: true })
  await writeLine(`Commands now use ${printable(name)}, ${printable(url)}.`)
}

async function remove(name: string, { json }: Output): Promise<void> {
  const { configFolder } = clientSettings()
  const contexts = readContexts(configFolder)
  findContext(contexts, name)
  const byName = new Map(contexts.byName)
  byName.delete(name)
  writeContexts(configFolder, { current: contexts.current === name ? undefined : contexts.current, byName })
  await (json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the context ${printable(name)}.`))
}
