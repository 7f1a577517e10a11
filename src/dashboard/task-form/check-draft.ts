import type { FieldError } from '../client/api.ts'
import { checkExpectDraft } from './expect-draft.ts'
import type { Draft } from './form-field.ts'
import { checkRows } from './header-rows.ts'
import { checkLabelRows } from './label-rows.ts'

/**
 * Finds errors that the API cannot report, in the form of its errors: fields required for the kind of schedule, and rows
 * that a request cannot contain.
 */
export function checkDraft(draft: Draft): FieldError[] {
  const errors: FieldError[] = []
  const required = (path: string, text: string) => {
    if (text.trim() === '') errors.push({ path, message: 'is required' })
  }
  required('/name', draft.name)
  required('/url', draft.url)
  if (draft.kind === 'every') required('/frequency', draft.frequency)
  else if (draft.kind === 'cron') required('/cron', draft.cron)
  else if (draft.status !== 'disabled') required('/scheduled_at', draft.scheduled_at)
  return [...errors, ...checkRows(draft.header), ...checkLabelRows(draft.labels), ...checkExpectDraft(draft.expect)]
}
