import { fileVariables } from '../../config/file-variables.ts'
import { readSecrets } from '../../import/kubernetes/read-secrets.ts'
import { type SecretToSet, secretsToSet, usedSecrets } from '../../import/kubernetes/used-secrets.ts'
import { exchangeWithApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { type ConnectionOptions, findConnection } from '../connection.ts'
import { writeError, writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readFiles } from './run-import.ts'

/** Options of `duly secret set --from-kubernetes`. */
export interface KubernetesSecretOptions extends ConnectionOptions {
  readonly json?: boolean
  readonly fromKubernetes: readonly string[]
  readonly namespace?: string
  readonly onlyUsedIn?: readonly string[]
  readonly dryRun?: boolean
}

/** What became of a secret. */
interface Done {
  readonly name: string
  readonly from: string
  readonly result: 'created' | 'changed' | 'would_set' | 'refused'
  readonly reason?: string
}

/**
 * Sets named secrets from Secrets of a cluster by the names that the importer gives them, and prints names, never values.
 * @throws CommandError when one of them cannot be set; the others are set
 */
export async function setSecretsFromKubernetes(options: KubernetesSecretOptions): Promise<void> {
  const { namespace, onlyUsedIn, json } = options
  if ([...options.fromKubernetes, ...(onlyUsedIn ?? [])].filter((name) => name === '-').length > 1)
    throw new UsageError('Stdin can be read once: give --from-kubernetes or --only-used-in a file.')
  const within = namespace === undefined ? {} : { namespace }
  const stored = readSecrets(await readFiles(options.fromKubernetes, '--from-kubernetes'), within)
  const used = onlyUsedIn && usedSecrets(await readFiles(onlyUsedIn, '--only-used-in'), within)
  const secrets = secretsToSet(stored, used, fileVariables())
  if (secrets.length === 0) throw new CommandError('There is no secret to set: see whether these are the right files.')
  const done: Done[] = []
  for (const secret of secrets) {
    done.push(await setOne(secret, options))
    if (!json) await tell(done.at(-1) as Done)
  }
  if (json) await writeJson({ secrets: done })
  const refused = done.filter(({ result }) => result === 'refused').length
  if (refused > 0) throw new CommandError(`${refused} of ${done.length} secrets cannot be set: set them one by one.`)
}

async function setOne({ name, from, value, problem }: SecretToSet, options: KubernetesSecretOptions): Promise<Done> {
  if (value === undefined) return { name, from, result: 'refused', reason: problem ?? 'has no value' }
  if (options.dryRun) return { name, from, result: 'would_set' }
  const { status } = await exchangeWithApi(findConnection(options), 'PUT', `/secrets/${encodeURIComponent(name)}`, {
    body: JSON.stringify({ value }),
  })
  return { name, from, result: status === 201 ? 'created' : 'changed' }
}

const words = { created: 'Created', changed: 'Changed', would_set: 'Would set' } as const

async function tell({ name, from, result, reason }: Done): Promise<void> {
  if (result === 'refused') writeError(`Not set: ${printable(name)} (${printable(from)}) ${reason}.`)
  else await writeLine(`${words[result]} the secret ${printable(name)} (${printable(from)}).`)
}
