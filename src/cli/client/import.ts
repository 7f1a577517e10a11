import { Command } from 'commander'
import { importCronJobs } from '../../import/kubernetes/import-cronjobs.ts'
import { suspendCommands } from '../../import/kubernetes/suspend-commands.ts'
import { quoteWord } from '../../import/quote-word.ts'
import { cloudSchedulerCommand, crontabCommand, eventBridgeCommand, vercelCommand } from './import-others.ts'
import { type ImportOptions, importerCommand, runs } from './run-import.ts'

type CronJobOptions = ImportOptions & {
  readonly namespace?: string
  readonly timeZone?: string
  readonly clusterDomain?: string
}

/** Creates `duly import`. */
export function importCommand(): Command {
  const group = new Command('import')
    .description('Turn CronJobs and crontabs into a file of tasks. Nothing is sent, and nothing is run.')
    .addHelpText('after', '\nThe file of tasks goes to stdout or --output, the report to stderr: docs/importing.md.')
  for (const command of [cronJobCommand, crontabCommand, vercelCommand, cloudSchedulerCommand, eventBridgeCommand])
    group.addCommand(command())
  return group
}

/** Creates `duly import cronjob`. */
function cronJobCommand(): Command {
  const command = importerCommand('cronjob', 'Kubernetes CronJobs: manifests, or what kubectl get -o yaml prints.')
    .option('--namespace <name>', 'the namespace of manifests that name none')
    .option('--time-zone <zone>', 'the time zone of CronJobs that name none: that of the cluster’s controller')
    .option('--cluster-domain <domain>', 'the domain of the cluster (default: cluster.local)')
  return runs<CronJobOptions>(command, {
    name: 'cronjob',
    what: 'CronJob',
    read: (files, options) => importCronJobs(files, options),
    steps: (result, { output, namespace }) => ({
      ...suspendCommands(result.jobs),
      setSecrets: [
        'kubectl get secret -A -o yaml | duly secret set --from-kubernetes -',
        ...(namespace === undefined ? [] : [`--namespace ${quoteWord(namespace)}`]),
        `--only-used-in ${output === undefined ? 'TASKS_FILE' : quoteWord(output)}`,
      ].join(' '),
    }),
  }).addHelpText(
    'after',
    `
  kubectl get cronjobs,configmaps -A -o yaml | duly import cronjob --set shop-prod --output tasks.yaml
  duly import cronjob -f cronjobs.yaml -f settings.yaml --namespace shop --output tasks.yaml`,
  )
}
