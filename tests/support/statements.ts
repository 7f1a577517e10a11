import type { Statement } from './proxy.ts'

/** Statements of the scheduler, recognised by their names as they pass a proxy. */
export const isClaim = (statement: Statement): boolean => statement.includes('/* duly:claim_slots */')

export const isClaimOfWaiting = (statement: Statement): boolean => statement.includes('/* duly:claim_queued */')

export const isRecord = (statement: Statement): boolean => statement.includes('/* duly:close_')

export const isRenewal = (statement: Statement): boolean => statement.includes('/* duly:renew_lease */')
