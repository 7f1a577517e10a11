import { useState } from 'preact/hooks'
import { tokenMay } from '../client/rights.ts'
import type { RouteOf } from '../client/route.ts'
import { listRuns, type Run, type RunFilter } from '../client/runs.ts'
import { counted } from '../format/labels.ts'
import { ActButton } from '../parts/act-button.tsx'
import { copyLink } from '../parts/copy-link.ts'
import { saveFile } from '../parts/save-file.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { AgainAllDialog } from './again-all-dialog.tsx'
import { asCsv, asJson } from './export.ts'

/** So many runs are saved at most, the newest ones. */
const savedAtMost = 10_000
const pageSize = 1_000

interface ActionsProps {
  readonly route: RouteOf<'runs'>
  readonly filter: RunFilter
  onRun(): void
}

/** What can be done with the runs that match: run their tasks again, and save them as a file. */
export function RunActions({ route, filter, onRun }: ActionsProps) {
  const [isAsking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const saveAs = async (type: 'csv' | 'json') => {
    setBusy(true)
    try {
      const { records, isCut } = await listAll({ ...filter, status: route.status })
      if (type === 'csv') saveFile(asCsv(records), 'runs.csv', 'text/csv')
      else saveFile(asJson(records), 'runs.json', 'application/json')
      const saved = `Saved ${counted(records.length, 'run')}.`
      if (isCut)
        showErrorToast(`${saved} More match: only the newest were saved. Choose a shorter time for the others.`)
      else showToast(saved)
    } catch (error) {
      showErrorToast('Nothing was saved.', error)
    }
    setBusy(false)
  }
  return (
    <div class="actions">
      {tokenMay('run') && (
        <button type="button" onClick={() => setAsking(true)}>
          Run these again
        </button>
      )}
      <ActButton busy={busy} label="Save as CSV" onAct={() => saveAs('csv')}>
        CSV
      </ActButton>
      <ActButton busy={busy} label="Save as JSON" onAct={() => saveAs('json')}>
        JSON
      </ActButton>
      <button type="button" onClick={() => copyLink({ ...route, open: '' }, 'this list')}>
        Copy link
      </button>
      {isAsking && (
        <AgainAllDialog
          filter={{ ...filter, status: route.status }}
          onClose={() => {
            setAsking(false)
            onRun()
          }}
        />
      )}
    </div>
  )
}

/** All runs that match, not only those of the page. */
async function listAll(filter: RunFilter & { status: string }): Promise<{ records: Run[]; isCut: boolean }> {
  const { signal } = new AbortController()
  const records: Run[] = []
  let cursor: string | null = ''
  while (cursor !== null && records.length < savedAtMost) {
    const page: { records: readonly Run[]; next_cursor: string | null } = await listRuns(
      { ...filter, cursor, limit: pageSize },
      signal,
    )
    records.push(...page.records)
    cursor = page.next_cursor
  }
  return { records, isCut: cursor !== null }
}
