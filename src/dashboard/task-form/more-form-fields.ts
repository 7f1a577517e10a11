import { fromLocalInput, toLocalInput } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { expectDraftOf, expectOf, noExpect } from './expect-draft.ts'
import { expectWords } from './expect-words.ts'
import { type FieldName, type FormField, whole } from './form-field.ts'
import { labelRowsOf, labelsOf, labelWords } from './label-rows.ts'
import { noRetry, retryDraftOf, retryOf } from './retry-draft.ts'
import { retryWords } from './retry-words.ts'

/** The value of an input of a time for one that may be missing. */
const localOf = (time: string | null) => (time === null ? '' : toLocalInput(time))

/** The fields that few tasks need. The form has them in a part of its own, which is closed while all are as usual. */
export const moreFields = {
  key: {
    label: 'Key',
    shownAs: 'code',
    initial: '',
    read: ({ key }) => key ?? '',
    write: ({ key }) => key.trim() || null,
    more: { input: 'line', hint: 'A name for programs, unique among the tasks: a-z, 0-9 and . _ / -' },
  },
  labels: {
    label: 'Labels',
    shownAs: 'code',
    initial: [],
    read: ({ labels }) => labelRowsOf(labels),
    write: ({ labels }) => labelsOf(labels),
    usual: {},
    inWords: labelWords,
    more: { input: 'own' },
  },
  retry: {
    label: 'Retry policy',
    initial: noRetry,
    read: ({ retry }) => retryDraftOf(retry),
    write: ({ retry }) => retryOf(retry),
    inWords: retryWords,
    more: { input: 'own' },
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
  phase: {
    label: 'After an outage',
    initial: 'keep',
    read: ({ phase }) => phase,
    write: ({ phase }) => phase,
    usual: 'keep',
    more: {
      input: { keep: 'at the times it had', restart: 'one interval from the late run' },
      hint: 'When an interval runs next after a run that an outage has delayed.',
    },
  },
  spread_seconds: {
    label: 'Spread',
    initial: '0',
    read: ({ spread_seconds }) => String(spread_seconds),
    write: ({ spread_seconds }) => (spread_seconds.trim() === '' ? 0 : whole(spread_seconds)),
    usual: 0,
    dependsOn: ['kind', 'frequency', 'unit', 'cron', 'time_zone'],
    inWords: (value) => (Number(value) === 0 ? 'none' : `within ${counted(Number(value), 'second')}`),
    more: {
      input: 'line',
      hint: 'In seconds, up to 86,400. It starts within them after each of its times, always equally long after it, so that tasks with the same times do not all start at once.',
    },
  },
  calendar: {
    label: 'Calendar',
    initial: '',
    read: ({ calendar }) => calendar ?? '',
    write: ({ kind, calendar }) => (kind === 'cron' ? calendar.trim() || null : null),
    dependsOn: ['kind', 'calendar_rule'],
    more: { input: 'own', hint: 'For a pattern that keeps to business days.' },
  },
  calendar_rule: {
    label: 'On closed days',
    initial: 'skip',
    read: ({ calendar_rule }) => calendar_rule,
    write: ({ calendar_rule }) => calendar_rule,
    usual: 'skip',
    more: {
      input: {
        skip: 'no run',
        next: 'run on the next open day',
        previous: 'run on the open day before',
        only_closed: 'run on closed days only',
      },
      hint: 'What becomes of the times of a pattern that fall on a closed day of the calendar.',
    },
  },
  ends_at: {
    label: 'Ends',
    subject: 'The end',
    shownAs: 'time',
    initial: '',
    read: ({ ends_at }) => localOf(ends_at),
    write: ({ ends_at }) => fromLocalInput(ends_at) ?? null,
    more: {
      input: 'time',
      hint: 'The time of the last run at the latest. Then the task is disabled. Empty: no end.',
    },
  },
  max_runs: {
    label: 'Runs in all',
    initial: '',
    read: ({ max_runs }) => (max_runs === null ? '' : String(max_runs)),
    write: ({ max_runs }) => (max_runs.trim() === '' ? null : whole(max_runs)),
    more: { input: 'line', hint: 'After so many due times that were run the task is disabled. Empty: no limit.' },
  },
  paused_until: {
    label: 'Paused until',
    subject: 'The end of the pause',
    shownAs: 'time',
    initial: '',
    read: ({ paused_until }) => localOf(paused_until),
    write: ({ paused_until }) => fromLocalInput(paused_until) ?? null,
    more: {
      input: 'time',
      hint: 'For a paused task: when it is active again by itself. Empty: never.',
    },
  },
  expect: {
    label: 'Expected answer',
    initial: noExpect,
    read: ({ expect }) => expectDraftOf(expect),
    write: ({ expect }) => expectOf(expect),
    dependsOn: ['method'],
    inWords: expectWords,
    more: { input: 'own' },
  },
  host: {
    label: 'Host',
    shownAs: 'code',
    initial: '',
    read: ({ host }) => host ?? '',
    write: ({ host }) => host.trim() || null,
    more: { input: 'line', hint: 'A Host header in place of that of the address; the connection is the same.' },
  },
  flow: {
    label: 'Flow',
    initial: '',
    read: ({ flow }) => flow ?? '',
    write: ({ flow }) => flow.trim() || null,
    more: { input: 'own', hint: 'For a target that takes few calls at once or in a second.' },
  },
  tls_profile: {
    label: 'TLS profile',
    initial: '',
    read: ({ tls_profile }) => tls_profile ?? '',
    write: ({ tls_profile }) => tls_profile.trim() || null,
    dependsOn: ['url'],
    more: {
      input: 'own',
      hint: 'For an https target that needs a client certificate or another certificate authority.',
    },
  },
  secret_url: {
    label: 'Secret address',
    initial: 'false',
    usual: false,
    read: ({ secret_url }) => String(secret_url),
    write: ({ secret_url }) => secret_url === 'true',
    inWords: (value) => (value ? 'yes' : 'no'),
    more: {
      input: { false: 'no', true: 'yes' },
      hint: 'For an address that is a secret itself: what follows the host is kept encrypted and not shown.',
    },
  },
} satisfies { readonly [F in FieldName]?: FormField<F> & { readonly more: object } }
