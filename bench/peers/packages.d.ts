/**
 * Types of the peers' packages, as far as they are used. Only the bench installs the packages, so the type checker cannot
 * read their own declarations.
 */
declare module 'graphile-worker' {
  interface Preset {
    worker: {
      connectionString: string
      concurrentJobs?: number
      localQueue?: { size: number }
      completeJobBatchDelay?: number
      failJobBatchDelay?: number
    }
  }
  export function run(options: {
    preset: Preset
    taskList: Record<string, (payload: unknown) => Promise<void>>
  }): Promise<{ promise: Promise<void>; stop(): Promise<void> }>
  export function makeWorkerUtils(options: { preset: Preset }): Promise<{
    migrate(): Promise<void>
    addJobs(jobs: { identifier: string; payload: unknown }[]): Promise<unknown>
    release(): Promise<void>
  }>
}

declare module 'pg-boss' {
  export interface Job {
    id: string
    data: { url: string; task?: string | undefined }
  }
  export class PgBoss {
    constructor(options: { connectionString: string; supervise?: boolean; schedule?: boolean })
    on(event: 'error', listener: (error: Error) => void): this
    start(): Promise<this>
    stop(options?: { graceful?: boolean }): Promise<void>
    createQueue(name: string, options?: { partition?: boolean }): Promise<void>
    insert(name: string, jobs: { data: unknown }[]): Promise<unknown>
    fetch(name: string, options: { batchSize: number }): Promise<Job[]>
    complete(name: string, ids: string[]): Promise<unknown>
  }
}
