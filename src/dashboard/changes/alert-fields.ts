import { exactSpan } from '../format/alert-labels.ts'
import type { ShownField } from './shown-field.ts'

const span = (value: unknown) => (typeof value === 'number' ? exactSpan(value) : null)
const yesNo = (value: unknown) => (value === true ? 'yes' : 'no')

/** The fields of channels, of alert policies and of mutes in audit entries. */
export const alertFields: readonly (readonly [name: string, ShownField])[] = [
  ['kind', { label: 'Kind' }],
  ['shown', { label: 'Leads to', shownAs: 'code' }],
  ['enabled', { label: 'Switched on', inWords: yesNo, usual: true }],
  ['failures', { label: 'Failed runs in a row' }],
  ['window_failures', { label: 'Failed runs within a time' }],
  ['window_seconds', { label: 'Within', inWords: span }],
  ['late_seconds', { label: 'Not started for', inWords: span }],
  ['long_seconds', { label: 'Runs longer than', inWords: span }],
  ['remind_hours', { label: 'Reminder every', inWords: (value) => span(Number(value) * 3_600 || undefined) }],
  ['recovered', { label: 'Told when it is over', inWords: yesNo }],
  ['channels', { label: 'Channels' }],
  ['muted_until', { label: 'Muted until', shownAs: 'time' }],
]
