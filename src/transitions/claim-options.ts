/** Who claims, and within which limits. */
export interface ClaimOptions {
  readonly replicaId: string
  /** A task with `phase: restart` that is later than this starts a new phase. */
  readonly toleranceSeconds: number
  /** A slot later than this was missed, for a task that does not make up for missed slots; `toleranceSeconds` unless given. */
  readonly missedAfterSeconds?: number
  /** No execution that any replica has open was created before this time (RFC 3339). */
  readonly oldestOpenAt: string
  /** Whether the result of an earlier claim of this replica is unknown: executions of flows may be open that it does not know of. */
  readonly hasDoubtfulClaims?: boolean
  /** A claim that reaches the server after this time (RFC 3339) takes nothing. Without it a claim is valid at any time. */
  readonly until?: string
}
