import type { Environment } from './environment.ts'

/** How the traces of targets and executions find each other. */
export interface TraceSettings {
  /** Whether calls have the header `traceparent`. */
  readonly isSent: boolean
  /** The share of traces that the header says are sampled, from 0 to 1. */
  readonly sampleRatio: number
  /** The address at which people find a trace, with `{trace_id}` in it. */
  readonly url: string | undefined
}

/** Reads TRACE_CONTEXT, TRACE_SAMPLE_RATIO and TRACE_URL. @throws ConfigError */
export const readTraceSettings = (env: Environment): TraceSettings => ({
  isSent: env.flag('TRACE_CONTEXT', true),
  sampleRatio: readRatio(env),
  url: readUrl(env),
})

function readRatio(env: Environment): number {
  const text = env.text('TRACE_SAMPLE_RATIO')
  if (text === undefined) return 1
  const ratio = /^(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN
  return ratio <= 1 ? ratio : env.refuse('TRACE_SAMPLE_RATIO', 'a number from 0 to 1, such as 0.1')
}

function readUrl(env: Environment): string | undefined {
  const text = env.text('TRACE_URL')
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isAddress = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && /^[!-~]*$/.test(text)
  return isAddress && text.includes('{trace_id}')
    ? text
    : env.refuse(
        'TRACE_URL',
        'an http or https URL without credentials and with {trace_id} in it, such as https://traces.example.com/trace/{trace_id}',
      )
}
