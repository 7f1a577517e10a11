import { checkHeader, isHeaderValue, isStorable } from '../task-fields/limits.ts'
import { methods } from '../task-fields/methods.ts'
import { urlFault } from '../task-fields/target-url.ts'
import type { ImportedJob, ImportedTask, ImportResult } from './model.ts'
import type { Text } from './text.ts'
import { plainText } from './text.ts'
import { usedReferences } from './used-references.ts'

/** Largest payload of a task, in bytes. */
const maxPayload = 262_144

/**
 * Moves jobs to those that need a person whose tasks Duly would refuse, with what it would say. The secrets and variables are
 * then those of the other jobs.
 */
export function checkResult(result: ImportResult): ImportResult {
  const jobs = result.jobs.map(checkJob)
  return { jobs, ...usedReferences(jobs.filter(({ reasons }) => reasons.length === 0)) }
}

function checkJob(job: ImportedJob): ImportedJob {
  const faults = [...new Set(job.tasks.flatMap(faultsOf))]
  if (faults.length === 0) return job
  return { ...job, reasons: [...job.reasons, ...faults.map((text) => ({ text, line: job.line }))] }
}

/** Returns what Duly would refuse of a task, as sentences. */
function faultsOf({ request }: ImportedTask): string[] {
  const { method, url, header, payload } = request
  const faults: string[] = []
  if (!methods.some((known) => known === method)) faults.push(`The method ${method} is none of ${methods.join(', ')}.`)
  // A variable at the beginning is to hold the scheme too.
  const address = `${typeof url[0] === 'object' ? 'http://' : ''}${filled(url)}`
  const fault = urlFault(address)
  if (fault) faults.push(`The URL ${fault}.`)
  // fetch of Bun sends one slash at the beginning of a path, however many there are.
  if (/^https?:\/\/[^/?#]*\/\//i.test(address))
    faults.push('The path begins with //, and Duly sends one slash there: write one, if the target takes it.')
  if (url.some((part) => typeof part !== 'string' && part.kind === 'secret'))
    faults.push(
      'The URL contains a secret. Header values only can refer to named secrets: use a header, or fill it in and set secret_url: true.',
    )
  for (const { path, message } of checkHeader(header))
    faults.push(`The header ${path.replace('/header/', '')} ${message}.`)
  for (const [name, value] of Object.entries(header)) {
    if (!isHeaderValue(filled(value)))
      faults.push(`The header ${name} must have at most 4,096 characters of visible ASCII.`)
  }
  const body = payload ?? []
  if (!isStorable(filled(body))) faults.push('The payload contains a NUL, or half of a character: it must be text.')
  if (Buffer.byteLength(filled(body)) > maxPayload) faults.push('The payload is larger than 256 KiB.')
  if (body.some((part) => typeof part !== 'string' && part.kind === 'secret'))
    faults.push(
      'The payload contains a secret. Header values only can refer to named secrets, and payloads are stored in clear.',
    )
  if (plainText(body) !== '' && /^(GET|HEAD)$/.test(request.method))
    faults.push(`A payload is not sent with ${request.method}.`)
  for (const text of [url, body, ...Object.values(header)])
    if (text.some((part, at) => typeof part === 'string' && part.endsWith('$') && typeof text[at + 1] === 'object'))
      faults.push('A dollar sign stands right before a value that is filled in, which a tasks file cannot say.')
  return faults
}

/** Fills references with a word, to check what stands around them. */
const filled = (text: Text) => text.map((part) => (typeof part === 'string' ? part : 'value')).join('')
