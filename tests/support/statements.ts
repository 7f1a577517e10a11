import type { Statement } from './proxy.ts'

/** The scheduler's statements, told apart as they go by in a proxy. */
export const isClaim = (statement: Statement): boolean =>
  statement.includes('insert into execution') && !statement.includes('again_id') && !statement.includes("'skipped'")

export const isClaimOfWaiting = (statement: Statement): boolean => statement.includes('overtaken')

export const isRecord = (statement: Statement): boolean =>
  /\bset\s+status = /.test(statement) && statement.includes('response_truncated = ')

export const isRenewal = (statement: Statement): boolean => statement.includes('insert into replica')
