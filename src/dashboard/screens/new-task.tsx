import { createTask } from '../api.ts'
import { bodyOf, newDraft } from '../draft.ts'
import { useForm } from '../form.ts'
import { go } from '../navigation.ts'
import { say } from '../parts/notice.tsx'
import { allTasks, hrefOf, taskPlace } from '../place.ts'
import { TaskForm } from './task-form.tsx'

/** The form of a task that does not exist yet. */
export function NewTask() {
  const { draft, change, problem, busy, submit } = useForm(newDraft)
  const create = async () => {
    const task = await createTask(bodyOf(draft))
    say(`Created “${task.name}”.`)
    go(taskPlace(task.id))
  }
  return (
    <>
      <p class="trail">
        <a href={hrefOf(allTasks)}>Tasks</a>
      </p>
      <h1>New task</h1>
      <TaskForm
        draft={draft}
        change={change}
        problem={problem}
        busy={busy}
        verb="Create task"
        cancel={allTasks}
        onSubmit={() => submit(create)}
      />
    </>
  )
}
