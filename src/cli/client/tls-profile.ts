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

type Output = ConnectionOptions & { readonly json?: boolean }

interface SetOptions extends Output {
  readonly ca?: string
  readonly certificate?: string
  readonly privateKey?: string
}

/** A TLS profile as the API lists it. */
interface Profile {
  readonly name: string
  readonly ca_expires_at: string | null
  readonly certificate_subject: string | null
  readonly certificate_expires_at: string | null
  /** How many tasks use it. */
  readonly tasks: number
}

const orNone = (text: string | null) => printable(text ?? '-')

const columns: readonly Column<Profile>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 64, priority: 5 },
  { title: 'TASKS', cell: ({ tasks }) => String(tasks), min: 5, max: 6, priority: 1 },
  { title: 'CA EXPIRES', cell: (profile) => orNone(profile.ca_expires_at), min: 20, max: 20, priority: 3 },
  { title: 'EXPIRES', cell: (profile) => orNone(profile.certificate_expires_at), min: 20, max: 20, priority: 4 },
  { title: 'CERTIFICATE', cell: (profile) => orNone(profile.certificate_subject), min: 12, max: 60, priority: 2 },
]

/** Creates `duly tls-profile`. */
export function tlsProfileCommand(): Command {
  const profile = new Command('tls-profile').description(
    'Set, list and delete TLS profiles: the certificate authority and client certificate of calls.',
  )
  const set = profile
    .command('set')
    .argument('<name>', 'the name of the profile')
    .description('Set a profile from files in PEM. What is not given, the profile has no longer.')
    .option('--ca <file>', 'certificates that are trusted in place of those of the system')
    .option('--certificate <file>', 'client certificate, followed by its chain')
    .option('--private-key <file>', 'private key of the certificate, without a passphrase')
    .option('--json', 'print what the API returns')
  addConnectionOptions(set)
    .addHelpText(
      'after',
      `
  duly tls-profile set internal --ca ca.pem --certificate client.pem --private-key client-key.pem
  duly task update TASK --tls-profile internal`,
    )
    .action((name: string, options: SetOptions) => setProfile(name, options))
  const list = profile
    .command('list')
    .description('List the profiles, and when their certificates expire.')
    .option('--json', 'print a JSON array, one profile per line')
  addConnectionOptions(list).action((options: Output) => listProfiles(options))
  const remove = profile
    .command('delete')
    .argument('<name>', 'the name of the profile')
    .description('Delete a profile that no task uses.')
    .option('--json', 'print {"name", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output) => deleteProfile(name, options))
  return profile
}

const pathOf = (name: string) => `/tls-profiles/${encodeURIComponent(name)}`

async function setProfile(name: string, options: SetOptions): Promise<void> {
  const files = { ca: options.ca, certificate: options.certificate, private_key: options.privateKey }
  const given = Object.entries(files).flatMap(([field, file]) => (file === undefined ? [] : [[field, file] as const]))
  if (given.length === 0)
    throw new UsageError('Nothing says what the profile contains: give --ca, or --certificate and --private-key.')
  const connection = findConnection(options)
  const body: Record<string, string> = {}
  for (const [field, file] of given) body[field] = await readInputText(`--${field.replace('_', '-')}`, file)
  const { body: profile, status } = await exchangeWithApi(connection, 'PUT', pathOf(name), {
    body: JSON.stringify(body),
  })
  if (options.json) return writeJson(profile)
  await writeLine(`${status === 201 ? 'Created' : 'Changed'} the TLS profile ${printable(name)}.`)
}

const listProfiles = (options: Output) =>
  writeList(recordsOf<Profile>(findConnection(options), '/tls-profiles'), {
    columns,
    json: options.json,
    empty: 'There is no TLS profile; duly tls-profile set makes one.',
  })

async function deleteProfile(name: string, options: Output): Promise<void> {
  await callApi(findConnection(options), 'DELETE', pathOf(name)).catch((error) => {
    throw isNotFound(error)
      ? new CommandError(`There is no TLS profile ${printable(name)}: duly tls-profile list shows them.`)
      : error
  })
  await (options.json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the TLS profile ${printable(name)}.`))
}
