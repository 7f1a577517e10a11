import { changeTask, createTask, type Task } from '../client/api.ts'
import { isReused, Once } from '../client/once.ts'
import type { Draft } from './form-field.ts'
import { bodyOf, changeOf } from './request-body.ts'

/**
 * Returns what creates the task of one form. It creates one, however often answers are lost: if what was typed since then
 * differs from what a request without an answer has created, that task is changed.
 */
export function createOnce(): (draft: Draft) => Promise<Task> {
  const once = new Once()
  const unanswered: Draft[] = []
  let made: { readonly task: Task; readonly draft: Draft } | undefined

  const find = async (error: unknown) => {
    for (const draft of unanswered) {
      // Its key is known to be stored, so this reads the task and creates none.
      const task = await createTask(bodyOf(draft), once).catch((other) => {
        if (isReused(other)) return undefined
        throw other
      })
      if (task) return { task, draft }
    }
    throw error
  }

  return async (draft) => {
    try {
      if (!made) return await createTask(bodyOf(draft), once)
    } catch (error) {
      if (!isReused(error)) {
        if (once.isInDoubt) unanswered.push(draft)
        throw error
      }
      made = await find(error)
    }
    const changed = changeOf(made.draft, draft)
    return Object.keys(changed).length === 0 ? made.task : (await changeTask(made.task.id, changed)).task
  }
}
