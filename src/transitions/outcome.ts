/** How a call ended, as it is written down. */
export interface Outcome {
  readonly status: 'success' | 'failed'
  readonly status_code: number | null
  readonly response: string | null
  readonly response_truncated: boolean
  readonly duration_ms: number | null
  readonly error: string | null
}
