/** HTTP methods a task may have. A further one also needs a migration that changes the constraint `task_method_known`. */
export const methods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
export type Method = (typeof methods)[number]

/** Methods whose requests carry no body: Bun's `fetch`, like that of browsers, sends none with GET. */
const bodiless: ReadonlySet<string> = new Set(['GET'] satisfies Method[])

/** Whether a request with this method carries the task's payload. */
export const sendsBody = (method: string): boolean => !bodiless.has(method)
