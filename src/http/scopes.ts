/** What a token may do: `read` (every GET), `run` (run a task now) and `write` (all other changes). */
export const scopes = ['read', 'write', 'run'] as const

export type Scope = (typeof scopes)[number]
