/** Who makes a change, as the audit keeps it. */
export interface Actor {
  readonly actor: 'token' | 'command_line' | 'server'
  /** Which token, by the first 8 hex digits of its hash; or which user of this machine. */
  readonly principal: string | null
  readonly address: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
}

/** Who sent a request with the right credentials. */
export interface Caller {
  /** The only service whose rows the request may touch. */
  readonly serviceId: string
  /** What the audit keeps of the caller. */
  readonly actor: () => Actor
}
