import { useState } from 'preact/hooks'
import { type LabelRetention, type Retention, readRetention } from '../client/retention.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { RowsTable } from '../parts/rows-table.tsx'
import { kinds } from './losses.ts'
import { RetentionDialog } from './retention-dialog.tsx'
import { RetentionRemove } from './retention-remove.tsx'
import { Section } from './section.tsx'

const pollSeconds = 60

/** Whose days are being set. */
type Owner = 'service' | 'new label' | { readonly label: string }

/** For how many days runs are kept: those of the service, and of tasks with a label. */
export function RetentionSection({ may }: { may: boolean }) {
  const read = usePolling(readRetention, 'retention', pollSeconds)
  const [toSet, setToSet] = useState<Owner>()
  const [toRemove, setToRemove] = useState<LabelRetention>()
  const done = () => {
    setToSet(undefined)
    setToRemove(undefined)
    read.reload()
  }
  const add = may && (
    <button type="button" onClick={() => setToSet('new label')}>
      Set days of a label
    </button>
  )
  return (
    <Section
      id="retention"
      title="Retention"
      action={add}
      read={read}
      hint="Runs are dropped by whole days, in UTC. Days that are set for a label replace those of the service; if a task has several such labels, the first by name counts. What was dropped does not come back when days are made longer."
    >
      {(retention) => (
        <>
          <Table
            retention={retention}
            busy={read.busy}
            act={may ? { set: setToSet, remove: (one) => setToRemove(one) } : undefined}
          />
          {toSet !== undefined && (
            <RetentionDialog retention={retention} of={toSet} onSaved={done} onCancel={() => setToSet(undefined)} />
          )}
          {toRemove && (
            <RetentionRemove
              retention={retention}
              removed={toRemove}
              onRemoved={done}
              onCancel={() => setToRemove(undefined)}
            />
          )}
        </>
      )}
    </Section>
  )
}

interface TableProps {
  readonly retention: Retention
  readonly busy: boolean
  /** Undefined for a reader who may change nothing. */
  readonly act: { set(of: Owner): void; remove(one: LabelRetention): void } | undefined
}

function Table({ retention, busy, act }: TableProps) {
  return (
    <RowsTable
      class="settings retention"
      label="Retention"
      busy={busy}
      heads={['Runs', ...kinds.map(([, words]) => words)]}
      hasActions={act !== undefined}
    >
      <tr>
        <td>
          <span class="name">Of the service</span>
        </td>
        <Days days={retention} />
        {act && (
          <td class="cell-actions">
            <div class="actions">
              <button type="button" aria-label="Change the days of the service" onClick={() => act.set('service')}>
                Change…
              </button>
            </div>
          </td>
        )}
      </tr>
      {retention.labels.map((one) => (
        <tr key={one.label}>
          <td>
            Of tasks with <span class="name code">{one.label}</span>
          </td>
          <Days days={one} />
          {act && (
            <td class="cell-actions">
              <div class="actions">
                <button
                  type="button"
                  aria-label={`Change the days of ${one.label}`}
                  onClick={() => act.set({ label: one.label })}
                >
                  Change…
                </button>
                <button
                  type="button"
                  class="danger"
                  aria-label={`Remove the days of ${one.label}`}
                  onClick={() => act.remove(one)}
                >
                  Remove
                </button>
              </div>
            </td>
          )}
        </tr>
      ))}
    </RowsTable>
  )
}

/** For how many days runs are kept, and where that is the default of the server or of the service. */
function Days({ days }: { days: Pick<LabelRetention, 'execution_days' | 'failure_days' | 'answer_days' | 'kept'> }) {
  return (
    <>
      {kinds.map(([kind, words]) => (
        <td key={kind} class={days[kind] === null ? 'quiet' : undefined}>
          <span class="only-narrow">{words}: </span>
          {counted(days.kept[kind], 'day')}
          {days[kind] === null && ' by default'}
        </td>
      ))}
    </>
  )
}
