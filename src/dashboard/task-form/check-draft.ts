import type { FieldError } from '../client/api.ts'
import type { Draft } from './form-fields.ts'
import { checkRows } from './header-rows.ts'

/** What the API cannot see, because it would not reach it, or would take for what nobody meant; its paths and sentences are like the API's own. */
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
  return [...errors, ...checkRows(draft.header)]
}
