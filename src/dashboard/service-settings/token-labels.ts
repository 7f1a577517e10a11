import type { Change } from '../client/api.ts'
import type { OwnToken, Token } from '../client/tokens.ts'
import { localDay } from '../format/format-time.ts'

/** `read, run`; `everything` for all scopes that a token of a service can have. */
export const scopesLabel = (scopes: OwnToken['scopes']): string =>
  ['read', 'run', 'write'].every((one) => (scopes as readonly string[]).includes(one))
    ? 'read, run and write'
    : scopes.join(' and ')

/** A day of UTC, such as 2026-11-24, in words. At noon of UTC it is that day in nearly every zone. */
export const utcDay = (day: string): string => localDay(`${day}T12:00:00Z`)

/** The change that made a token; undefined if it is not kept any more. A name may have been that of a token before. */
export const makerOf = ({ name, created_at }: Token, changes: readonly Change[]): Change | undefined =>
  changes.find((change) => change.name === name && Date.parse(change.at) === Date.parse(created_at))
