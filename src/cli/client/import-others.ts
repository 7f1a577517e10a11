import type { Command } from 'commander'
import { importCloudScheduler } from '../../import/cloud/import-cloud-scheduler.ts'
import { importEventBridge } from '../../import/cloud/import-eventbridge.ts'
import { importVercel } from '../../import/cloud/import-vercel.ts'
import { importCrontab } from '../../import/crontab/import-crontab.ts'
import { mergeResults } from '../../import/merge-results.ts'
import { type ImportOptions, importerCommand, runs } from './run-import.ts'

type CrontabOptions = ImportOptions & {
  readonly system?: boolean
  readonly timeZone?: string
  readonly keyPrefix?: string
}
type VercelOptions = ImportOptions & { readonly baseUrl?: string }

/** Creates `duly import crontab`. */
export function crontabCommand(): Command {
  const command = importerCommand('crontab', 'The crontab of a user, or with --system a file of /etc/cron.d.')
    .option('--system', 'the lines name a user, as in /etc/crontab and /etc/cron.d')
    .option('--time-zone <zone>', 'the time zone of the machine')
    .option('--key-prefix <text>', 'what the keys of all tasks begin with, such as the name of the machine')
  return runs<CrontabOptions>(command, {
    name: 'crontab',
    what: 'line with a command',
    read: (files, { system, timeZone, keyPrefix }) =>
      mergeResults(
        files.map(({ name, text }) => ({
          file: name,
          result: importCrontab(text, {
            ...(system === undefined ? {} : { system }),
            ...(timeZone === undefined ? {} : { timeZone }),
            ...(keyPrefix === undefined ? {} : { keyPrefix }),
          }),
        })),
      ),
  }).addHelpText(
    'after',
    `
  crontab -l | duly import crontab --set web-1 --time-zone Europe/Berlin --output tasks.yaml
  duly import crontab --system -f /etc/crontab /etc/cron.d/shop`,
  )
}

/** Creates `duly import vercel`. */
export function vercelCommand(): Command {
  const command = importerCommand('vercel', 'The crons of a vercel.json.').option(
    '--base-url <url>',
    'the address of the deployment, such as https://shop.example.com',
  )
  return runs<VercelOptions>(command, {
    name: 'vercel',
    what: 'cron',
    read: (files, { baseUrl }) =>
      mergeResults(
        files.map(({ name, text }) => ({
          file: name,
          result: importVercel(text, baseUrl === undefined ? {} : { baseUrl }),
        })),
      ),
  })
}

/** Creates `duly import cloud-scheduler`. */
export function cloudSchedulerCommand(): Command {
  const command = importerCommand('cloud-scheduler', 'Jobs of Cloud Scheduler, as gcloud prints them in JSON or YAML.')
  return runs<ImportOptions>(command, {
    name: 'cloud-scheduler',
    what: 'job',
    read: (files) => mergeResults(files.map(({ name, text }) => ({ file: name, result: importCloudScheduler(text) }))),
  }).addHelpText(
    'after',
    '\n  gcloud scheduler jobs list --format=yaml | duly import cloud-scheduler --output tasks.yaml',
  )
}

/** Creates `duly import eventbridge`. */
export function eventBridgeCommand(): Command {
  const command = importerCommand(
    'eventbridge',
    'Rules of EventBridge and schedules of its Scheduler, as aws prints them with their targets and API destinations.',
  )
  return runs<ImportOptions>(command, {
    name: 'eventbridge',
    what: 'rule or schedule',
    read: (files) => importEventBridge(files),
  }).addHelpText(
    'after',
    '\n  docs/importing.md has the commands of aws that print what is needed.\n  duly import eventbridge -f aws.json --set shop --output tasks.yaml',
  )
}
