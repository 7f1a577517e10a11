import { fromLocalInput, toLocalInput } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { type FieldName, type FormField, whole } from './form-field.ts'
import { filled, headerWords, rowsOf } from './header-rows.ts'
import { moreFields } from './more-form-fields.ts'

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
    // As an input of a time has it: in the reader's time zone.
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
  ...moreFields,
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
    inWords: headerWords,
    usual: {},
  },
} satisfies { readonly [F in FieldName]: FormField<F> }

/** The fields by name, to look up and to iterate. */
export const fieldEntries: ReadonlyMap<string, FormField<FieldName>> = new Map(Object.entries(formFields))
