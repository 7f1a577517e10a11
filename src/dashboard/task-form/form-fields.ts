import type { Method, Status, Task, Unit } from '../client/api.ts'
import { fromLocalInput, toLocalInput } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { filled, type HeaderRow, rowsOf } from './header-rows.ts'
import { jsonText, jsonValue } from './json-text.ts'

/** The fields of a task that a client may set. */
export type FieldName = Exclude<keyof Task, 'id' | 'service_id' | 'created_at' | 'updated_at'>

/** Fields whose value in the form is not the text of an input. */
interface NotText {
  readonly method: Method
  readonly header: readonly HeaderRow[]
  readonly unit: Unit
  readonly status: Status
}

/** A task in the form: what is typed stays text until it is sent. */
export type Draft = {
  readonly [F in FieldName]: F extends keyof NotText ? NotText[F] : string
} & {
  /** The kind of schedule. Fields of the other kinds keep what was typed, and are not sent. */
  readonly kind: 'every' | 'cron' | 'once'
}

/** How a field that few tasks need is edited: as a line, as JSON, or as one of these choices, which are shown as these texts. */
export type MoreInput = 'line' | 'json' | Readonly<Record<string, string>>

/** What the dashboard knows about one field of a task. */
interface FormField<F extends FieldName> {
  /** Its name on the page. */
  readonly label: string
  /** The subject of a sentence about an error in it, where that is not the label. */
  readonly subject?: string
  /** Its value in the form for a new task. */
  readonly initial: Draft[F]
  /** Its value in the form for a stored task. */
  read(task: Task): Draft[F]
  /** Its value in the body of a request. Text that is not a number is sent as it is: the API describes the error. */
  write(draft: Draft): unknown
  /** An edit of any of these removes its error too. */
  readonly dependsOn?: readonly (keyof Draft)[]
  /** How a change shows its values; as plain text if missing. */
  readonly shownAs?: 'code' | 'time'
  /** A value in words, for a change. */
  inWords?(value: unknown): string
  /** A value, besides null, that a created or deleted task does not list among its changes. */
  readonly usual?: unknown
  /** For a whole number among the limits: the hint in the form, and the words on the screen of the task. */
  /** For a field that few tasks need: how it is edited, and the hint in the form. */
  readonly more?: { readonly input: MoreInput; readonly hint: string }
  readonly limit?: { readonly hint: string; inWords(task: Task): string }
}

/**
 * The fields of a task, in the order in which changes list them. From this the form makes drafts, requests and error
 * sentences, the changes their lines, and the screen of a task its limits.
 */
export const formFields = {
  name: {
    label: 'Name',
    initial: '',
    read: ({ name }) => name,
    write: ({ name }) => name,
  },
  method: {
    label: 'Method',
    initial: 'GET',
    read: ({ method }) => method,
    write: ({ method }) => method,
  },
  url: {
    label: 'URL',
    shownAs: 'code',
    initial: '',
    read: ({ url }) => url,
    write: ({ url }) => url.trim(),
  },
  frequency: {
    label: 'Frequency',
    subject: 'The number',
    initial: '1',
    read: ({ frequency }) => String(frequency ?? 1),
    write: ({ kind, frequency }) => (kind === 'every' ? whole(frequency) : null),
    dependsOn: ['unit', 'kind'],
  },
  unit: {
    label: 'Unit',
    subject: 'The unit',
    initial: 'hour',
    read: ({ unit }) => unit ?? 'hour',
    write: ({ kind, unit }) => (kind === 'every' ? unit : null),
    dependsOn: ['frequency', 'kind'],
  },
  cron: {
    label: 'Pattern',
    subject: 'The pattern',
    shownAs: 'code',
    initial: '',
    read: ({ cron }) => cron ?? '',
    write: ({ kind, cron }) => (kind === 'cron' ? cron.trim() : null),
    dependsOn: ['kind'],
  },
  time_zone: {
    label: 'Time zone',
    subject: 'The time zone',
    // Empty: UTC.
    initial: '',
    read: ({ time_zone }) => time_zone ?? '',
    write: ({ kind, time_zone }) => (kind === 'cron' ? time_zone.trim() || null : null),
    dependsOn: ['kind'],
  },
  scheduled_at: {
    label: 'Next run',
    subject: 'The time',
    shownAs: 'time',
    // As a datetime-local input has it: in the reader's time zone.
    initial: '',
    read: ({ scheduled_at }) => (scheduled_at === null ? '' : toLocalInput(scheduled_at)),
    write: ({ scheduled_at }) => fromLocalInput(scheduled_at) ?? null,
    dependsOn: ['kind', 'status'],
  },
  status: {
    label: 'Status',
    initial: 'active',
    read: ({ status }) => status,
    write: ({ status }) => status,
    usual: 'active',
  },
  timeout_seconds: {
    label: 'Time for an answer',
    initial: '',
    read: ({ timeout_seconds }) => (timeout_seconds === null ? '' : String(timeout_seconds)),
    write: ({ timeout_seconds }) => (timeout_seconds.trim() === '' ? null : whole(timeout_seconds)),
    inWords: (value) => (value === null ? 'the server’s default' : counted(Number(value), 'second')),
    limit: {
      hint: 'In seconds, 1 to 3,600. Empty: the server’s default, 30 unless it was set otherwise.',
      inWords: ({ timeout_seconds }) =>
        timeout_seconds === null
          ? 'the server’s default time for an answer'
          : `${counted(timeout_seconds, 'second')} for an answer`,
    },
  },
  retries: {
    label: 'Retries',
    initial: '0',
    read: ({ retries }) => String(retries),
    write: ({ retries }) => (retries.trim() === '' ? 0 : whole(retries)),
    usual: 0,
    limit: {
      hint: 'How often a failed call is tried again, 0 to 10, with growing pauses and never past the next run.',
      inWords: ({ retries }) => (retries === 0 ? 'no retries' : counted(retries, 'retry', 'retries')),
    },
  },
  retry: {
    label: 'Retry policy',
    shownAs: 'code',
    initial: '',
    read: ({ retry }) => jsonText(retry),
    write: ({ retry }) => jsonValue(retry),
    more: {
      input: 'json',
      hint: 'How long to wait before a retry, and what is retried, such as {"min_backoff_seconds": 5, "max_backoff_seconds": 3600, "on": ["5xx", "no_answer"]}. Empty: short waits at random.',
    },
  },
  late_limit_seconds: {
    label: 'Latest start',
    initial: '',
    read: ({ late_limit_seconds }) => (late_limit_seconds === null ? '' : String(late_limit_seconds)),
    write: ({ late_limit_seconds }) => (late_limit_seconds.trim() === '' ? null : whole(late_limit_seconds)),
    inWords: (value) => (value === null ? 'at any time' : counted(Number(value), 'second')),
    more: { input: 'line', hint: 'In seconds. A run that is later than this is skipped. Empty: no limit.' },
  },
  missed: {
    label: 'Missed runs',
    initial: 'one',
    read: ({ missed }) => missed,
    write: ({ missed }) => missed,
    usual: 'one',
    more: {
      input: { one: 'one run for all', all: 'a run for each', none: 'no run' },
      hint: 'What becomes of the runs that an outage has missed. A run for each: the last hundred, one after the other.',
    },
  },
  host: {
    label: 'Host',
    shownAs: 'code',
    initial: '',
    read: ({ host }) => host ?? '',
    write: ({ host }) => host.trim() || null,
    more: { input: 'line', hint: 'A Host header in place of that of the address; the connection is the same.' },
  },
  expect: {
    label: 'Expected answer',
    shownAs: 'code',
    initial: '',
    read: ({ expect }) => jsonText(expect),
    write: ({ expect }) => jsonValue(expect),
    more: {
      input: 'json',
      hint: 'What a success is, such as {"status": ["2xx", 304], "contains": "done", "json": [{"pointer": "/status", "equals": "ok"}]}. Empty: any 2xx.',
    },
  },
  tls_profile: {
    label: 'TLS profile',
    initial: '',
    read: ({ tls_profile }) => tls_profile ?? '',
    write: ({ tls_profile }) => tls_profile.trim() || null,
    more: {
      input: 'line',
      hint: 'Its name, for a target that needs a client certificate or another certificate authority.',
    },
  },
  secret_url: {
    label: 'Secret URL',
    initial: 'false',
    usual: false,
    read: ({ secret_url }) => String(secret_url),
    write: ({ secret_url }) => secret_url === 'true',
    inWords: (value) => (value ? 'yes' : 'no'),
  },
  key: {
    label: 'Key',
    shownAs: 'code',
    initial: '',
    read: ({ key }) => key ?? '',
    write: ({ key }) => key.trim() || null,
  },
  labels: {
    label: 'Labels',
    shownAs: 'code',
    initial: '',
    read: ({ labels }) => jsonText(labels),
    write: ({ labels }) => jsonValue(labels) ?? {},
    usual: {},
  },
  payload: {
    label: 'Payload',
    shownAs: 'code',
    initial: '',
    read: ({ payload }) => payload ?? '',
    write: ({ payload }) => (payload === '' ? null : payload),
    dependsOn: ['method'],
  },
  header: {
    label: 'Headers',
    initial: [],
    read: ({ header }) => rowsOf(header),
    write: ({ header }) => Object.fromEntries(filled(header).map(({ name, value }) => [name.trim(), value])),
    usual: {},
  },
} satisfies { readonly [F in FieldName]: FormField<F> }

/** The fields by name, to look up and to iterate. */
export const fieldEntries: ReadonlyMap<string, FormField<FieldName>> = new Map(Object.entries(formFields))

/** A whole number as a number; other text as it is. */
export function whole(text: string): number | string {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text.trim()
}
