import type { RouteScope } from './scopes.ts'

/** Who made a change, as stored in `audit`. */
export interface Actor {
  readonly actor: 'token' | 'command_line' | 'server'
  /** For a token the first 8 hex digits of its hash, for the command line the user's name, for the server null. */
  readonly principal: string | null
  readonly address: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
}

/** The id in place of that of a service. No service has it. */
export const noService = '00000000-0000-0000-0000-000000000000'

/** Who sent an authenticated request. */
export interface Caller {
  /** The only service whose rows the request may touch; `noService` for an operator that named none. */
  readonly serviceId: string
  /** What the token of the request may do. */
  readonly scopes: readonly RouteScope[]
  /** The id of the token of the request; null for the first one of a service and for that of an operator. */
  readonly tokenId: string | null
  /** When the token of the request expires; null for never. */
  readonly expiresAt: string | null
  /** Returns the caller as stored in `audit`. A function, because only changes need it. */
  readonly actor: () => Actor
}
