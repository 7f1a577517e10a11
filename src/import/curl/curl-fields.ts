import type { CurlSettings } from './curl-settings.ts'

/** Most retries of a task. */
const mostRetries = 10

/** Returns the timeout and the retries of a task, as curl's options say. */
export function curlFields(settings: CurlSettings): Record<string, unknown> {
  const { notes, on } = settings
  const fields: Record<string, unknown> = {}
  const limit = settings.number('max-time')
  if (limit !== undefined && limit > 0) {
    fields.timeout_seconds = Math.ceil(limit)
    if (!Number.isInteger(limit)) notes.push(`--max-time ${limit} is rounded up to ${Math.ceil(limit)} s.`)
  }
  const retries = settings.number('retry') ?? 0
  if (retries === 0) return fields
  fields.retries = Math.min(mostRetries, Math.floor(retries))
  if (retries > mostRetries) notes.push(`--retry ${retries} is cut to ${mostRetries} retries.`)
  const delay = Math.ceil(settings.number('retry-delay') ?? 0)
  const duration = Math.ceil(settings.number('retry-max-time') ?? 0)
  const fails = on.has('fail') || on.has('fail-with-body')
  const repeatsAll = on.has('retry-all-errors') && fails
  if (!on.has('retry-connrefused') && !on.has('retry-all-errors'))
    notes.push('--retry without --retry-connrefused: Duly also repeats a call whose connection was refused.')
  fields.retry = {
    ...(delay > 0
      ? { min_backoff_seconds: Math.min(delay, 86_400), max_backoff_seconds: Math.min(delay, 86_400), max_doublings: 0 }
      : { min_backoff_seconds: 1, max_backoff_seconds: 600, max_doublings: 10 }),
    ...(duration > 0 ? { max_duration_seconds: Math.min(duration, 604_800) } : {}),
    ...(repeatsAll ? {} : { on: ['no_answer', 408, 429, 500, 502, 503, 504] }),
  }
  return fields
}
