import { patternProblem } from '../check-schedule.ts'
import type { ImportedJob, ImportResult, Remark } from '../model.ts'
import { TaskKeys } from '../task-key.ts'
import type { Part } from '../text.ts'
import { unclearItem } from '../unclear-item.ts'
import { usedReferences } from '../used-references.ts'

/** What a `vercel.json` does not say. */
export interface VercelOptions {
  /** The address of the deployment, such as `https://shop.example.com`; a variable if missing. */
  readonly baseUrl?: string
  /** The time from which schedules must come due, in ms; now if missing. */
  readonly now?: number
}

/** Turns the crons of a `vercel.json` into tasks: GET requests with the bearer token that Vercel sends, in UTC. */
export function importVercel(text: string, options: VercelOptions = {}): ImportResult {
  const keys = new TaskKeys()
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return { jobs: [failed('vercel.json', 1, 'The file is not valid JSON.')], secrets: [], variables: [] }
  }
  const crons = typeof value === 'object' && value !== null && 'crons' in value ? value.crons : undefined
  const jobs = (Array.isArray(crons) ? crons : []).map((cron, at) => jobOf(cron, at, text, options, keys))
  return { jobs, ...usedReferences(jobs) }
}

const failed = (source: string, line: number, reason: string): ImportedJob => ({
  ...{ source, line, tasks: [], reasons: [{ text: reason, line }], notes: [], isOther: false },
})

function jobOf(cron: unknown, at: number, text: string, options: VercelOptions, keys: TaskKeys): ImportedJob {
  const { path, schedule } = (typeof cron === 'object' && cron !== null ? cron : {}) as {
    path?: unknown
    schedule?: unknown
  }
  const place = typeof path === 'string' ? text.indexOf(JSON.stringify(path), text.indexOf('"crons"')) : -1
  const line = place < 0 ? 1 : text.slice(0, place).split('\n').length
  const source = `cron ${typeof path === 'string' ? path : at + 1}`
  if (typeof path !== 'string' || !path.startsWith('/') || typeof schedule !== 'string')
    return failed(source, line, 'A cron has a path that begins with / and a schedule.')
  const unclear = unclearItem(schedule)
  if (unclear !== undefined) return failed(source, line, `The schedule ${JSON.stringify(schedule)} has ${unclear}`)
  const [, , day, , weekday] = schedule.split(/\s+/)
  if (/[a-z]/i.test(schedule) || (day !== '*' && weekday !== '*'))
    return failed(
      source,
      line,
      `Vercel refuses the schedule ${JSON.stringify(schedule)}: names, and both day fields, are not taken there.`,
    )
  const problem = patternProblem(schedule, options.now ?? Date.now())
  if (problem) return failed(source, line, `The schedule ${JSON.stringify(schedule)} ${problem}.`)
  const base: Part = options.baseUrl?.replace(/\/+$/, '') ?? {
    kind: 'variable',
    name: 'BASE_URL',
    from: 'the address of the deployment, such as https://shop.example.com',
  }
  const notes: Remark[] = [
    {
      text: 'Vercel sends Authorization: Bearer with CRON_SECRET if the project has that variable. Leave the header out if it has none.',
      line,
    },
    { text: 'The function has the time limit of its project; each call gets 300 s (timeout_seconds).', line },
  ]
  const [address = ''] = path.split(/[?#]/)
  const parts = address.split('/').filter((part) => /[A-Za-z0-9]/.test(part))
  return {
    ...{ source, line, reasons: [], notes, isOther: false },
    tasks: [
      {
        key: keys.unique(parts.length === 0 ? ['root'] : parts),
        // Vercel follows no redirects, and takes one for a success.
        fields: { cron: schedule, time_zone: 'UTC', timeout_seconds: 300, expect: { status: ['2xx', '3xx'] } },
        request: {
          method: 'GET',
          url: [base, path],
          header: {
            Authorization: [
              'Bearer ',
              { kind: 'secret', name: 'CRON_SECRET', from: 'variable CRON_SECRET of the project at Vercel' },
            ],
            'User-Agent': ['vercel-cron/1.0'],
          },
          payload: null,
          fields: {},
        },
      },
    ],
  }
}
