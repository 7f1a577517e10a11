import type { Task } from '../../tasks/model.ts'
import { callApi } from '../api-client.ts'
import { ApiErrorResponse, sentenceOf } from '../api-error.ts'
import type { Connection } from '../connection.ts'
import { write, writeLine } from '../output.ts'
import { printableJson } from '../printable.ts'
import { inOneLine, taskCount } from '../task-text.ts'

/** The most tasks and bytes of one request that the API accepts; a little less, for what is around them. */
const [maxTasks, maxBytes] = [1_000, 15 * 1_048_576]

/** How tasks are created and reported. */
interface BulkOptions {
  /** Key of the first request; those of further ones end in their number. */
  readonly key: string | undefined
  readonly json: boolean | undefined
}

/**
 * Creates tasks in as few requests as possible, and prints those that were created.
 * @param texts the tasks as JSON
 * @throws ApiErrorResponse whose paths begin with the index of the task among `texts`. Tasks of earlier requests stay.
 */
export async function bulkCreate(connection: Connection, texts: readonly string[], { key, json }: BulkOptions) {
  const created: Task[] = []
  try {
    for (const [number, batch] of batchesOf(texts).entries()) {
      const headers: Record<string, string> =
        key === undefined ? {} : { 'idempotency-key': number === 0 ? key : `${key}/${number + 1}` }
      const body = `{"tasks":[${batch.join(',')}]}`
      const { tasks } = await callApi<{ tasks: Task[] }>(connection, 'POST', '/tasks/bulk', {
        ...{ body, headers },
        rewriteWarning: (text) => withIndexes(text, created.length),
      })
      created.push(...tasks)
    }
  } catch (error) {
    throw error instanceof ApiErrorResponse ? withIndex(error, created.length) : error
  } finally {
    // Also after an error, because the tasks of earlier requests are created.
    if (json && created.length > 0) await write(`[\n${created.map(printableJson).join(',\n')}\n]\n`)
    else if (json) await noneIn(texts)
    else for (const task of created) await writeLine(`Created ${inOneLine(task)}`)
  }
}

/** An empty array is no error: nothing was to be created. */
const noneIn = async (texts: readonly string[]) => (texts.length === 0 ? write('[]\n') : undefined)

/** Divides tasks into batches of at most 1,000 tasks and 15 MiB. A task that is larger has a batch of its own. */
function batchesOf(texts: readonly string[]): string[][] {
  const batches: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1
    const last = batches.at(-1)
    if (last && last.length < maxTasks && bytes + size <= maxBytes) {
      last.push(text)
      bytes += size
    } else {
      batches.push([text])
      bytes = size
    }
  }
  return batches
}

/** Replaces the indexes in a request by those in the file. @param before number of tasks in earlier requests */
const withIndexes = (text: string, before: number) =>
  text.replace(/(?<![\w/])\/tasks\/(\d+)/g, (_, index) => `/${before + Number(index)}`)

/** Returns an error whose paths begin with the index in the file, and which says what has been created before it. */
function withIndex(error: ApiErrorResponse, before: number): ApiErrorResponse {
  const errors = error.errors.map((field) => ({
    ...field,
    path: withIndexes(field.path, before),
  }))
  const sentence = errors.length > 0 ? sentenceOf('', errors) : error.message
  const more = before > 0 ? `\nThe first ${taskCount(before)} of the file have been created.` : ''
  return new ApiErrorResponse(error.status, `${sentence}${more}`, { code: error.code, errors })
}
