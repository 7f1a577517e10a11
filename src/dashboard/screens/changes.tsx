import { type Change, type ChangePage, listChanges, Refusal, readTask } from '../api.ts'
import { ChangeTable } from '../changes/change-table.tsx'
import { useLoad } from '../load.ts'
import { Pager } from '../parts/pager.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { allChanges, hrefOf, type Place, taskPlace } from '../place.ts'

const pageSize = 20
const freshEvery = 30

interface NamedChanges extends ChangePage {
  /** The tasks of this page by their ids: their names now, undefined for those that are gone. */
  readonly names: ReadonlyMap<string, string | undefined>
}

/** Who changed what in the service, newest first: its tasks, those that are deleted too, and its token. */
export function Changes({ at }: { at: Place & { screen: 'changes' } }) {
  const { data, problem, busy } = useLoad((signal) => look(at.page, signal), String(at.page), freshEvery)
  const records = data?.records ?? []
  return (
    <>
      <h1>Changes</h1>
      <Trouble problem={problem} />
      {!data && !problem && <p class="quiet loading">Loading…</p>}
      {data && records.length > 0 && (
        <ChangeTable
          label="Changes"
          changes={records}
          busy={busy}
          subject={(change) => <Subject change={change} changes={data} />}
        />
      )}
      {data && records.length === 0 && (
        <p class="empty">
          {data.total_count === 0 ? (
            'Nothing was changed in the time for which changes are kept.'
          ) : (
            <>
              This page is empty. <a href={hrefOf(allChanges)}>Show the newest changes</a>.
            </>
          )}
        </p>
      )}
      {data && data.total_count > 0 && (
        <Pager
          label="Pages of changes"
          noun="change"
          page={at.page}
          size={pageSize}
          total={data.total_count}
          to={(page) => ({ ...at, page })}
        />
      )}
    </>
  )
}

/** An entry tells the name of its task only where that is what changed: the tasks of a page are asked for theirs. */
async function look(page: number, signal: AbortSignal): Promise<NamedChanges> {
  const changes = await listChanges(undefined, { page, count: pageSize }, signal)
  const ids = [...new Set(changes.records.map(({ task_id }) => task_id).filter((id) => id !== null))]
  const names = await Promise.all(ids.map(async (id) => [id, await readName(id, signal)] as const))
  return { ...changes, names: new Map(names) }
}

async function readName(id: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await readTask(id, signal)).task.name
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined
    throw error
  }
}

/** Which task it was: a link to it, or, of one that is gone, what is known of its name. */
function Subject({ change, changes }: { change: Change; changes: NamedChanges }) {
  const { task_id } = change
  if (task_id === null) return null
  const name = changes.names.get(task_id)
  if (name !== undefined) return <a href={hrefOf(taskPlace(task_id))}>{name}</a>
  const last = changes.records.filter((one) => one.task_id === task_id).map(({ before, after }) => after ?? before)
  const known = last.find((side) => side && 'name' in side)?.name
  return (
    <>
      <span>{known === undefined ? 'a task' : String(known)}</span>{' '}
      <span class="quiet">
        {change.action !== 'task_deleted' && 'that is deleted now, '}
        <span class="code">{task_id}</span>
      </span>
    </>
  )
}
