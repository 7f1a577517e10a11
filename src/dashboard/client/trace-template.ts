import { signal } from '@preact/signals'

/** The address of a trace, with `{trace_id}` in it; null until the server has named one. */
export const traceTemplate = signal<string | null>(null)
