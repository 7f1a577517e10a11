import { isLabelValue } from '../../task-fields/labels.ts'
import type { ImportedJob, ImportedTask, Remark } from '../model.ts'
import type { TaskKeys } from '../task-key.ts'
import type { References } from './environment.ts'
import { type CallLimits, type JobLimits, limitCall } from './limit-call.ts'
import type { StoredData } from './objects.ts'
import { placeUrl } from './place-url.ts'
import { hasTemplate, isObject, type Path, type Resource, templateReason } from './read-manifests.ts'
import { type FoundPod, type PodRequest, readPod } from './read-pod.ts'
import { type FoundSchedule, readSchedule } from './read-schedule.ts'

/** What all CronJobs of an input share. */
export interface CronJobSurroundings {
  readonly data: StoredData
  readonly references: References
  readonly keys: TaskKeys
  readonly namespaces: ReadonlySet<string>
  readonly options: {
    readonly namespace: string
    readonly timeZone: string | undefined
    readonly clusterDomain: string
    readonly now: number
  }
}

/** Reads a CronJob. `before` is the line of one with the same name, if there is one. */
export function readCronJob(resource: Resource, around: CronJobSurroundings, before: number | undefined): ImportedJob {
  const namespace = resource.namespace ?? around.options.namespace
  const { kind, name, file, value } = resource
  const notes: Remark[] = []
  const reasons: Remark[] = []
  const line = resource.lineOf()
  const job = (found: Partial<ImportedJob>): ImportedJob => ({
    source: `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`,
    line,
    ...(file === undefined ? {} : { file }),
    tasks: [],
    reasons,
    notes,
    isOther: false,
    ...found,
  })
  const reason = (text: string, path: Path = []) => reasons.push({ text, line: resource.lineOf(path) })
  if (kind !== 'CronJob' || !/^batch\//.test(resource.apiVersion))
    return job({
      reasons: [{ text: `${resource.apiVersion} ${kind} is not a CronJob of Kubernetes (batch/v1).`, line }],
    })
  const spec = isObject(value.spec) ? value.spec : {}
  const jobSpec = objectAt(spec, 'jobTemplate', 'spec')
  const podPath = ['spec', 'jobTemplate', 'spec', 'template']
  const pod = objectAt(jobSpec, 'template')
  if (!resource.isFromCluster && hasTemplate(JSON.stringify(value))) reason(templateReason)
  if (before !== undefined)
    reason(`The input has a CronJob of this name twice, also on line ${before}: import one of them.`)
  if (!isKubernetesName(name) || (namespace !== '' && !isKubernetesName(namespace)))
    reason(
      `Kubernetes takes no such name: ${name === '' ? 'it is empty' : `${namespace}/${name}`}. Fill in what stands for it first.`,
      ['metadata'],
    )
  const found = readPod(resource, podPath, { data: around.data, references: around.references, namespace, pod })
  if (found.isOther && reasons.length === 0) return job({ isOther: true })
  addEach(notes, found.notes)
  addEach(reasons, [...found.reasons, ...jobReasons(resource, jobSpec)])
  if (typeof (spec.suspend ?? false) !== 'boolean')
    reason(`suspend is ${JSON.stringify(spec.suspend)}: Kubernetes takes true or false.`, ['spec', 'suspend'])
  const schedule = scheduleOf(spec, around)
  notes.push(...schedule.notes.map((text) => ({ text, line: resource.lineOf(['spec', 'schedule']) })))
  for (const text of schedule.reasons) reason(text, ['spec', 'schedule'])
  const tasks = found.requests.map((one): ImportedTask => {
    const task = taskOf(one, resource, { found, schedule, namespace, spec, jobSpec, pod, around })
    addEach(notes, task.notes)
    addEach(reasons, task.reasons)
    return task.task
  })
  if (tasks.length === 0 && reasons.length === 0) return job({ isOther: true })
  return job({ tasks })
}

/** Adds remarks, each text once. */
function addEach(all: Remark[], more: readonly Remark[]): void {
  for (const remark of more) if (!all.some(({ text }) => text === remark.text)) all.push(remark)
}

interface Found {
  readonly found: FoundPod
  readonly schedule: FoundSchedule
  readonly namespace: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly jobSpec: Readonly<Record<string, unknown>>
  readonly pod: Readonly<Record<string, unknown>>
  readonly around: CronJobSurroundings
}

function taskOf({ container, request }: PodRequest, resource: Resource, found: Found) {
  const { schedule, namespace, spec, around } = found
  const { name } = resource
  const all = found.found.requests
  const isOnly = all.length === 1
  const inContainer = all.filter((one) => one.container === container)
  const containers = new Set(all.map((one) => one.container)).size
  const place = inContainer.length > 1 ? [String(inContainer.findIndex((one) => one.request === request) + 1)] : []
  const parts = [
    ...(namespace === '' ? [] : [namespace]),
    name,
    ...(isOnly ? [] : [...(containers > 1 ? [container] : []), ...place]),
  ]
  const placed = placeUrl(request.url, {
    namespace,
    clusterDomain: around.options.clusterDomain,
    namespaces: around.namespaces,
    spec: objectAt(found.pod, 'spec'),
  })
  const limits = limitCall(request, jobLimits(resource, found))
  const late = lateLimit(resource, spec)
  const line = resource.lineOf(['spec', 'jobTemplate'])
  const remark = (text: string): Remark => ({ text, line })
  const task: ImportedTask = {
    key: around.keys.unique(parts),
    request: { ...request, url: placed.url, fields: {} },
    fields: {
      ...schedule.fields,
      ...limits.fields,
      ...late.fields,
      ...(spec.suspend === true ? { status: 'paused' } : {}),
      labels: labelsOf(resource, namespace),
    },
  }
  return {
    task,
    notes: [
      ...placed.notes.map(remark),
      ...limits.notes,
      ...late.notes,
      ...overlapNotes(resource, spec, schedule, limits),
    ],
    reasons: [...placed.reasons.map(remark), ...late.reasons],
  }
}

function scheduleOf(spec: Readonly<Record<string, unknown>>, around: CronJobSurroundings): FoundSchedule {
  const { schedule, timeZone } = spec
  const { options } = around
  if (typeof schedule !== 'string')
    return { fields: {}, notes: [], reasons: ['The CronJob has no schedule.'], shortestGapSeconds: 0 }
  if (timeZone !== undefined && timeZone !== null && typeof timeZone !== 'string')
    return { fields: {}, notes: [], reasons: ['timeZone is not a text.'], shortestGapSeconds: 0 }
  return readSchedule(schedule, timeZone ?? undefined, options.timeZone, options.now)
}

/** Whether a text can be the name of a CronJob or a namespace. */
const isKubernetesName = (text: string) => /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)

/** Why a Job is more than one call. */
function jobReasons(resource: Resource, jobSpec: Readonly<Record<string, unknown>>): Remark[] {
  const reasons: Remark[] = []
  const path = ['spec', 'jobTemplate', 'spec']
  for (const field of ['parallelism', 'completions'])
    if (typeof jobSpec[field] === 'number' && jobSpec[field] !== 1)
      reasons.push({
        text: `${field} is ${jobSpec[field]}: the Job runs that many pods, a task makes one call.`,
        line: resource.lineOf([...path, field]),
      })
  if (jobSpec.suspend === true)
    reasons.push({
      text: 'The Jobs that the CronJob makes are suspended (suspend of the Job), so they never run.',
      line: resource.lineOf([...path, 'suspend']),
    })
  if (jobSpec.podFailurePolicy !== undefined)
    reasons.push({
      text: 'podFailurePolicy decides by exit codes which failures are repeated: say in retry.on which answers are.',
      line: resource.lineOf([...path, 'podFailurePolicy']),
    })
  return reasons
}

function jobLimits(resource: Resource, { jobSpec, pod }: Found): JobLimits {
  const { backoffLimit, activeDeadlineSeconds } = jobSpec
  const podDeadline = objectAt(pod, 'spec').activeDeadlineSeconds
  const seconds = (value: unknown) => (typeof value === 'number' && value >= 1 ? Math.floor(value) : undefined)
  return {
    backoffLimit: typeof backoffLimit === 'number' && backoffLimit >= 0 ? Math.floor(backoffLimit) : 6,
    jobDeadline: seconds(activeDeadlineSeconds),
    podDeadline: seconds(podDeadline),
    line: resource.lineOf(['spec', 'jobTemplate', 'spec']),
  }
}

function lateLimit(resource: Resource, spec: Readonly<Record<string, unknown>>) {
  const { startingDeadlineSeconds: limit } = spec
  const line = resource.lineOf(['spec', 'startingDeadlineSeconds'])
  if (limit === undefined || limit === null) return { fields: {}, notes: [], reasons: [] }
  if (typeof limit !== 'number' || limit < 1)
    return {
      fields: {},
      notes: [],
      reasons: [{ text: `startingDeadlineSeconds is ${String(limit)}: with that the CronJob never runs.`, line }],
    }
  const notes =
    limit < 10
      ? [
          {
            text: `With startingDeadlineSeconds ${limit} the CronJob may never have run: its controller looks every 10 s.`,
            line,
          },
        ]
      : []
  return { fields: { late_limit_seconds: Math.min(limit, 31_536_000) }, notes, reasons: [] }
}

/** Says that two executions never run at once where those of the CronJob could. */
function overlapNotes(
  resource: Resource,
  { concurrencyPolicy = 'Allow' }: Readonly<Record<string, unknown>>,
  { shortestGapSeconds }: FoundSchedule,
  { timeoutSeconds }: CallLimits,
): Remark[] {
  if (concurrencyPolicy === 'Forbid' || timeoutSeconds <= shortestGapSeconds) return []
  const text =
    concurrencyPolicy === 'Replace'
      ? 'concurrencyPolicy Replace ends a run for the next; Duly lets it end, and skips the next.'
      : 'The CronJob allows two runs at once; Duly skips a run while the one before it is still going on.'
  return [{ text, line: resource.lineOf(['spec', 'concurrencyPolicy']) }]
}

/** Labels of the CronJob by which people look for it, and the name that the label gets. */
const kept = {
  'app.kubernetes.io/name': 'app',
  'app.kubernetes.io/part-of': 'part-of',
  team: 'team',
  owner: 'owner',
} as const

function labelsOf(resource: Resource, namespace: string): Readonly<Record<string, string>> {
  const stated = objectAt(resource.value, 'metadata', 'labels')
  const labels: Record<string, string> = namespace === '' ? {} : { namespace }
  for (const [name, label] of Object.entries(kept)) {
    const text = stated[name]
    if (typeof text === 'string' && text !== '' && isLabelValue(text)) labels[label] = text
  }
  return labels
}

function objectAt(value: Readonly<Record<string, unknown>>, ...path: string[]): Readonly<Record<string, unknown>> {
  let found: unknown = value
  for (const name of path) found = isObject(found) ? found[name] : undefined
  return isObject(found) ? found : {}
}
