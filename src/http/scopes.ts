/** What a token may do: `read` (every GET), `run` (run a task now, stop a run) and `write` (all other changes). */
export const scopes = ['read', 'write', 'run'] as const

export type Scope = (typeof scopes)[number]

/** What a route may need. `operator` is what only the tokens of operators have: to see which services there are. */
export const routeScopes = [...scopes, 'operator'] as const

export type RouteScope = (typeof routeScopes)[number]
