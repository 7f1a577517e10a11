import { isStorable } from '../../task-fields/limits.ts'
import type { ImportedJob, ImportResult } from '../model.ts'
import { TaskKeys } from '../task-key.ts'
import type { Reference } from '../text.ts'
import { usedReferences } from '../used-references.ts'
import type { References } from './environment.ts'
import { StoredData } from './objects.ts'
import { readCronJob } from './read-cronjob.ts'
import { type InputFile, type Resource, readManifests } from './read-manifests.ts'
import { describeSource, type SecretSource, secretNames } from './secret-name.ts'

/** What the input does not say. */
export interface CronJobOptions {
  /** The namespace of objects that name none. */
  readonly namespace?: string
  /** The time zone of CronJobs that name none. */
  readonly timeZone?: string
  /** The domain of the cluster; `cluster.local` if missing. */
  readonly clusterDomain?: string
  /** The time from which schedules must come due, in ms; now if missing. */
  readonly now?: number
}

/** Turns the CronJobs of manifests into tasks. Nothing is read but these texts, and nothing is run. */
export function importCronJobs(files: readonly InputFile[], options: CronJobOptions = {}): ImportResult {
  const { resources, broken } = readManifests(files)
  // Names of secrets that two keys would share are found in a first reading, and told apart in the second.
  const first = new Naming(new Map(), new Map())
  const jobs = readAll(resources, first, options)
  const secrets = secretNames(first.secrets.values())
  const variables = secretNames(first.variables.values())
  const isClear = [...secrets, ...variables].every(([source, name]) => first.given.get(source) === name)
  const named = isClear ? jobs : readAll(resources, new Naming(secrets, variables), options)
  const all = [...named, ...broken.map(({ file, line, source, reason }) => brokenJob(file, line, source, reason))]
  return { jobs: all, ...usedReferences(all) }
}

const brokenJob = (file: string | undefined, line: number, source: string, reason: string): ImportedJob => ({
  source,
  line,
  ...(file === undefined ? {} : { file }),
  tasks: [],
  reasons: [{ text: reason, line }],
  notes: [],
  isOther: false,
})

function readAll(resources: readonly Resource[], references: References, options: CronJobOptions): ImportedJob[] {
  const namespace = options.namespace ?? ''
  const surroundings = {
    data: new StoredData(resources, namespace),
    references,
    keys: new TaskKeys(),
    namespaces: new Set(resources.map((resource) => resource.namespace ?? namespace).filter(Boolean)),
    options: {
      namespace,
      timeZone: options.timeZone,
      clusterDomain: options.clusterDomain ?? 'cluster.local',
      now: options.now ?? Date.now(),
    },
  }
  const seen = new Map<string, number>()
  return resources.flatMap((resource): ImportedJob[] => {
    if (!/^(CronJob|ScheduledJob|CronWorkflow|PingSource)$/i.test(resource.kind)) return standaloneJob(resource)
    const name = `${resource.namespace ?? namespace}/${resource.name}`
    const before = seen.get(name)
    if (before === undefined) seen.set(name, resource.lineOf())
    return [readCronJob(resource, surroundings, before)]
  })
}

/** A Job that no CronJob has made: it runs once, when it is applied. */
function standaloneJob(resource: Resource): ImportedJob[] {
  if (resource.kind !== 'Job') return []
  const { ownerReferences } = (resource.value.metadata ?? {}) as { ownerReferences?: unknown }
  if (Array.isArray(ownerReferences) && ownerReferences.length > 0) return []
  const line = resource.lineOf()
  return [
    {
      source: `Job ${resource.namespace === undefined ? '' : `${resource.namespace}/`}${resource.name}`,
      line,
      ...(resource.file === undefined ? {} : { file: resource.file }),
      tasks: [],
      reasons: [],
      notes: [{ text: 'A Job without a CronJob runs once, when it is applied.', line }],
      isOther: true,
    },
  ]
}

/** Names references by what is known about all of them, and remembers their sources. */
class Naming implements References {
  readonly secrets = new Map<string, SecretSource>()
  readonly variables = new Map<string, SecretSource>()
  /** The names that were given, by source. */
  readonly given = new Map<string, string>()
  readonly #secretNames: ReadonlyMap<string, string>
  readonly #variableNames: ReadonlyMap<string, string>

  constructor(secretNames: ReadonlyMap<string, string>, variableNames: ReadonlyMap<string, string>) {
    this.#secretNames = secretNames
    this.#variableNames = variableNames
  }

  secret(source: SecretSource): Reference {
    const from = describeSource(source)
    this.secrets.set(from, source)
    return { kind: 'secret', from, name: this.#remember(from, this.#secretNames, source) }
  }

  variable(namespace: string, configMap: string, key: string): Reference {
    const source = { namespace, secret: configMap, key }
    const description = describeSource(source).replace(' of Secret ', ' of ConfigMap ')
    this.variables.set(describeSource(source), source)
    const name = this.#remember(describeSource(source), this.#variableNames, source)
    return { kind: 'variable', from: description, name: name.replace(/^(?=\d)/, '_') }
  }

  #remember(from: string, names: ReadonlyMap<string, string>, source: SecretSource): string {
    const name = names.get(from) ?? secretNames([source]).get(from) ?? ''
    this.given.set(from, name)
    return isStorable(name) ? name : ''
  }
}
