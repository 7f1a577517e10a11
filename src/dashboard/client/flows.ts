import type { FlowPut } from '../../flows/model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'
import { refusalsOf } from './refusals.ts'

/** A flow: a named limit of calls at once and of calls in a time. */
export interface Flow {
  readonly name: string
  /** Host and port of the tasks that are in the flow without naming it. */
  readonly target: string | null
  readonly concurrency: number | null
  readonly rate: number | null
  readonly period_seconds: number | null
  readonly burst: number | null
  readonly paused: boolean
  readonly paused_at: string | null
  /** In flight, over all replicas. */
  readonly calls: number
  /** Counted up to 10,000. */
  readonly tasks: number
  /** Tasks with a slot that is due, counted up to 10,000. */
  readonly waiting: number
  readonly waiting_since: string | null
}

/** The counts of tasks of a flow go up to this. */
export const countedAtMost = 10_000

const pageLimit = 1000
const flowPath = (name: string) => `/flows/${encodeURIComponent(name)}`

/** Lists the flows of the service, all of them. */
export async function listFlows(signal: AbortSignal): Promise<readonly Flow[]> {
  return (await send<CursorPage<Flow>>('GET', `/flows?${query({ limit: pageLimit })}`, { signal })).body.records
}

/** Reads the flow that limits a task. @returns null for none */
export async function readFlowOf(taskId: string, signal: AbortSignal): Promise<Flow | null> {
  const path = `/flows?${query({ task_id: taskId, limit: 1 })}`
  return (await send<CursorPage<Flow>>('GET', path, { signal })).body.records[0] ?? null
}

/** Reads a flow. @throws ApiError, 404 if there is none */
export async function readFlow(name: string, signal?: AbortSignal): Promise<Flow> {
  return (await send<Flow>('GET', flowPath(name), { signal })).body
}

/** Sets a whole flow. @throws ApiError, 400 with an error for each invalid field, 409 if another flow has the target */
export async function writeFlow(name: string, flow: FlowPut): Promise<void> {
  await send('PUT', flowPath(name), { body: flow })
}

/** What the API finds wrong with a flow without a right name. A field that it does not know has it refused in any case. */
export async function flowRefusals(flow: FlowPut) {
  const errors = await refusalsOf('PUT', flowPath('flow'), { ...flow, nothing: true })
  return errors.filter(({ path }) => path !== '/nothing')
}

/** Pauses a flow or resumes it, with the limits that it has now. @throws ApiError, 404 if there is none */
export async function pauseFlow(flowName: string, paused: boolean): Promise<void> {
  const { target, concurrency, rate, period_seconds, burst } = await readFlow(flowName)
  await writeFlow(flowName, { target, concurrency, rate, period_seconds, burst, paused })
}

/** Deletes a flow. @throws ApiError, 404 if there is none, 409 if tasks name it */
export async function deleteFlow(name: string): Promise<void> {
  await send('DELETE', flowPath(name))
}
