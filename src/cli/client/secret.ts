import { Command } from 'commander'
import { callApi, exchangeWithApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readInputText } from '../read-input.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'
import { askSecret, hasTerminal } from '../terminal.ts'
import { type KubernetesSecretOptions, setSecretsFromKubernetes } from './secret-from-kubernetes.ts'

type Output = ConnectionOptions & { readonly json?: boolean }
type SetOptions = Output & Partial<KubernetesSecretOptions> & { readonly valueFile?: string }

/** A named secret as the API returns it, without its value. */
interface Secret {
  readonly name: string
  readonly updated_at: string
  /** How many tasks refer to it. */
  readonly tasks: number
}

const columns: readonly Column<Secret>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 64, priority: 3 },
  { title: 'TASKS', cell: ({ tasks }) => String(tasks), min: 5, max: 6, priority: 1 },
  { title: 'CHANGED', cell: ({ updated_at }) => printable(updated_at), min: 20, max: 27, priority: 2 },
]

/** Creates `duly secret`. */
export function secretCommand(): Command {
  const secret = new Command('secret')
    .description(`Set, list and delete named secrets, which header values of tasks contain as \${secret.NAME}.`)
    .addHelpText(
      'after',
      '\nNo command shows the value of a secret. The keys that encrypt them are those of duly secrets.',
    )
  const set = secret
    .command('set')
    .argument('[name]', 'the name of the secret, such as BILLING_TOKEN')
    .description('Set the value of a secret, which is read from stdin or a file, or the secrets of a cluster.')
    .option('--value-file <file>', 'file with the value; - reads stdin')
    .option('--from-kubernetes <file...>', 'set the secrets in what kubectl get secret -o yaml prints; - reads stdin')
    .option('--namespace <name>', 'with --from-kubernetes: the namespace of Secrets that name none')
    .option('--only-used-in <file...>', 'with --from-kubernetes: only those that these tasks files or CronJobs use')
    .option('--dry-run', 'with --from-kubernetes: print the names, and set nothing')
    .option('--json', 'print what the API returns')
  addConnectionOptions(set)
    .addHelpText(
      'after',
      `
The value is never an argument, which would show in the list of processes. A line end after it is left out.

  duly secret set BILLING_TOKEN < token.txt
  duly secret set BILLING_TOKEN --value-file token.txt
  duly task update ID --header 'Authorization: Bearer \${secret.BILLING_TOKEN}'
  kubectl get secret -A -o yaml | duly secret set --from-kubernetes - --only-used-in cronjobs.yaml`,
    )
    .action((name: string | undefined, options: SetOptions) => setSecrets(name, options))
  const list = secret
    .command('list')
    .description('List the names of the secrets, and when they were set.')
    .option('--json', 'print a JSON array, one secret per line')
  addConnectionOptions(list).action((options: Output) => listSecrets(options))
  const remove = secret
    .command('delete')
    .argument('<name>', 'the name of the secret')
    .description('Delete a secret that no task uses.')
    .option('--json', 'print {"name", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output) => deleteSecret(name, options))
  return secret
}

const pathOf = (name: string) => `/secrets/${encodeURIComponent(name)}`

async function setSecrets(name: string | undefined, options: SetOptions): Promise<void> {
  const { fromKubernetes, valueFile, namespace, onlyUsedIn, dryRun } = options
  if (fromKubernetes) {
    if (name !== undefined || valueFile !== undefined)
      throw new UsageError(
        '--from-kubernetes takes the names and the values from its file: leave out NAME and --value-file.',
      )
    return setSecretsFromKubernetes({ ...options, fromKubernetes })
  }
  if (namespace !== undefined || onlyUsedIn !== undefined || dryRun)
    throw new UsageError('--namespace, --only-used-in and --dry-run belong to --from-kubernetes.')
  if (name === undefined) throw new UsageError('Give the name of the secret, or --from-kubernetes.')
  return setSecret(name, options)
}

async function setSecret(name: string, options: SetOptions): Promise<void> {
  const connection = findConnection(options)
  const value = await readValue(name, options.valueFile)
  const { body, status } = await exchangeWithApi(connection, 'PUT', pathOf(name), { body: JSON.stringify({ value }) })
  if (options.json) return writeJson(body ?? { name })
  await writeLine(`${status === 201 ? 'Created' : 'Changed'} the secret ${printable(name)}.`)
}

/** Reads the value from the file, stdin or the terminal, without a line end after it. @throws UsageError when it is empty */
async function readValue(name: string, file: string | undefined): Promise<string> {
  const text =
    file === undefined && hasTerminal()
      ? await askSecret(`Value of ${printable(name)}: `)
      : await readInputText('--value-file', file ?? '-')
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new UsageError('The value is empty: give it on stdin or with --value-file.')
  return value
}

const listSecrets = (options: Output) =>
  writeList(recordsOf<Secret>(findConnection(options), '/secrets'), {
    columns,
    json: options.json,
    empty: 'There is no secret; duly secret set makes one.',
  })

async function deleteSecret(name: string, options: Output): Promise<void> {
  await callApi(findConnection(options), 'DELETE', pathOf(name)).catch((error) => {
    throw isNotFound(error)
      ? new CommandError(`There is no secret ${printable(name)}: duly secret list shows them.`)
      : error
  })
  await (options.json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the secret ${printable(name)}.`))
}
