import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import {
  type KeptDays,
  keptDays,
  type Retention,
  readRetention,
  type SetDays,
  writeRetention,
} from '../client/retention.ts'
import { counted } from '../format/labels.ts'
import { numberOf } from '../format/span.ts'
import { NumberField } from '../parts/number-field.tsx'
import { SaveDialog } from '../parts/save-dialog.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { TypedConfirm } from '../parts/typed-confirm.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { LabelsInUse } from './labels-in-use.tsx'
import { LossList } from './loss-list.tsx'
import { type Kind, lossesOf } from './losses.ts'

const paths = ['/label', '/execution_days', '/failure_days', '/answer_days']
const fields: readonly (readonly [kind: Kind, label: string])[] = [
  ['execution_days', 'Days of successes and skipped runs'],
  ['failure_days', 'Days of failed runs'],
  ['answer_days', 'Days of answers'],
]
const needsLabel = 'must be a label as NAME=VALUE, such as tier=batch'

interface DialogProps {
  readonly retention: Retention
  /** Whose days are set: those of the service, of a label such as `tier=batch`, or of one that has none yet. */
  readonly of: 'service' | 'new label' | { readonly label: string }
  onSaved(): void
  onCancel(): void
}

/** Asks for how many days runs are kept. What shorter days would drop is said, and has to be confirmed. */
export function RetentionDialog({ retention, of, onSaved, onCancel }: DialogProps) {
  const stored = storedIn(retention, of)
  const [texts, setTexts] = useState<Readonly<Record<Kind, string>>>({
    execution_days: textOf(stored?.execution_days),
    failure_days: textOf(stored?.failure_days),
    answer_days: textOf(stored?.answer_days),
  })
  const [typedLabel, setLabel] = useState('')
  const [asking, setAsking] = useState(false)
  const saving = useSave({ ...texts, label: typedLabel })
  const { problem } = saving
  const isNew = of === 'new label'
  const label = of === 'service' ? '' : isNew ? typedLabel.trim() : of.label
  const days: SetDays = {
    execution_days: numberOf(texts.execution_days),
    failure_days: numberOf(texts.failure_days),
    answer_days: numberOf(texts.answer_days),
  }
  const [latest, setLatest] = useState(retention)
  const lossesIn = (now: Retention) => lossesOf(heldIn(now, of), keptDays(days, now.server))
  const losses = lossesIn(latest)
  const refuse = (message: string): never => {
    throw new ApiError(400, message, [{ path: '/label', message }])
  }
  const write = async () => {
    await writeRetention(label, days)
    showToast(of === 'service' ? 'Saved the retention of the service.' : `Saved the retention of ${label}.`)
    onSaved()
  }
  const save = async () => {
    if (isNew && !label.includes('=')) refuse(needsLabel)
    // Somebody else may have set longer days since the dialog was opened: what a save drops is told of what holds now.
    const now = await readRetention()
    setLatest(now)
    if (isNew && now.labels.some((one) => one.label === label)) refuse('has days already: change those')
    if (lossesIn(now).length === 0) return write()
    setAsking(true)
  }
  if (asking)
    return (
      <TypedConfirm
        title="Drop what is older?"
        expected="drop"
        verb="Save, and drop it"
        progress={saving.busy ? 'Saving…' : undefined}
        onConfirm={() => void saving.save(write).then(() => setAsking(false))}
        onCancel={() => setAsking(false)}
      >
        <LossList losses={losses} label={label} />
        {of === 'service' && latest.labels.length > 0 && (
          <p>Runs of tasks with days of a label stay, and are among those that are counted.</p>
        )}
      </TypedConfirm>
    )
  return (
    <SaveDialog
      name="retention"
      title={titleOf(of)}
      intro={
        of === 'service'
          ? 'For how long runs are kept, if for less long than the server does.'
          : 'For how long runs of the tasks with this label are kept, in place of the days of the service.'
      }
      verb={losses.length > 0 ? 'Go on…' : 'Save'}
      saving={saving}
      paths={paths}
      onSave={save}
      onCancel={onCancel}
    >
      {isNew && (
        <TextField
          id="retention-label"
          label="Label"
          hint="Such as tier=batch."
          errors={fieldErrors(problem, '/label', 'Label')}
          look="code"
          required
          list="retention-labels"
          value={typedLabel}
          onChange={setLabel}
        />
      )}
      {isNew && <LabelsInUse id="retention-labels" />}
      {fields.map(([kind, words]) => (
        <NumberField
          key={kind}
          id={`retention-${kind}`}
          label={words}
          hint={`Empty: as the server says, ${counted(latest.server[kind], 'day')}.`}
          errors={fieldErrors(problem, `/${kind}`, words).map(inWords)}
          value={texts[kind]}
          onChange={(value) => setTexts((last) => ({ ...last, [kind]: value }))}
        />
      ))}
      <p class="hint" role="status">
        {losses.length > 0 && 'Less is kept than now: what would be dropped is shown before it is saved.'}
      </p>
    </SaveDialog>
  )
}

const storedIn = (retention: Retention, of: DialogProps['of']) =>
  of === 'service' ? retention : retention.labels.find(({ label }) => of !== 'new label' && label === of.label)

/** What holds now. Of tasks with a new label those of the service do, or those of another label. */
const heldIn = (retention: Retention, of: DialogProps['of']): KeptDays =>
  storedIn(retention, of)?.kept ?? retention.kept

/** An error with the words of the form in place of the names of fields. */
const inWords = (error: string) =>
  error.replaceAll('execution_days', 'the days of successes').replaceAll('failure_days', 'the days of failed runs')

const textOf = (days: number | null | undefined) => (days == null ? '' : String(days))

function titleOf(of: DialogProps['of']): string {
  if (of === 'service') return 'Retention of the service'
  return of === 'new label' ? 'Retention of a label' : `Retention of ${of.label}`
}
