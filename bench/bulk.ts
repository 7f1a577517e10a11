import { token } from './seed.ts'

/** Creates tasks with one `POST /tasks/bulk` and returns their ids. @throws if the answer is not 201 */
export async function createBulk(base: string, service: string, tasks: readonly unknown[]): Promise<string[]> {
  const response = await fetch(`${base}/tasks/bulk`, {
    method: 'POST',
    headers: { service_id: service, token, 'content-type': 'application/json' },
    body: JSON.stringify({ tasks }),
  })
  if (response.status !== 201)
    throw new Error(`A bulk of tasks was answered ${response.status}: ${await response.text()}`)
  return ((await response.json()) as { tasks: { id: string }[] }).tasks.map(({ id }) => id)
}
