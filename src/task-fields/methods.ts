/** The HTTP methods that a task may have. To add one, also change the constraint `task_method_known` in a migration. */
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** An HTTP method that a task may have. */
export type Method = (typeof methods)[number]

/** Methods whose requests have no body: `fetch` does not send one with these. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD'] satisfies Method[])

/** Whether a request with this method has the task's payload as its body. */
export const sendsBody = (method: string): boolean => !bodiless.has(method)
