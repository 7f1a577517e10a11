import { runTask } from '../client/api.ts'
import { hrefOf, taskRoute } from '../client/route.ts'
import type { Run } from '../client/runs.ts'
import { ActButton } from '../parts/act-button.tsx'
import { Banner } from '../parts/banner.tsx'
import { OfService } from '../parts/of-service.tsx'
import { showToast } from '../parts/toast.tsx'
import { useModal } from '../parts/use-modal.ts'
import { useSave } from '../parts/use-save.ts'

interface AgainProps {
  readonly run: Run
  onClose(): void
}

/** Asks whether the task of a run is to be run again, and runs it once. */
export function AgainDialog({ run: { task_id, task_name }, onClose }: AgainProps) {
  const dialog = useModal()
  const { busy, problem, save } = useSave({})
  const run = () =>
    save(async () => {
      await runTask(task_id)
      showToast('1 run started.')
      dialog.current?.close()
    })
  return (
    <dialog ref={dialog} aria-labelledby="again-title" onClose={onClose}>
      <h2 id="again-title">Run 1 task again</h2>
      <OfService />
      <p>This task is called once, now; its schedule stays as it is.</p>
      {problem && <Banner bad>{problem.message}</Banner>}
      <ul class="again-tasks">
        <li>
          <a href={hrefOf(taskRoute(task_id))} target="_blank" rel="noreferrer">
            {task_name}
          </a>
        </li>
      </ul>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <ActButton class="main" busy={busy} onAct={run}>
          Run 1 task now
        </ActButton>
      </div>
    </dialog>
  )
}
