import { useState } from 'preact/hooks'
import { limitCatchUp } from '../client/overview.ts'
import { capital, catchUpLabel } from '../format/labels.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { onlyFieldErrors, useSave } from '../parts/use-save.ts'

interface DialogProps {
  /** The limit that is set; null for none. */
  readonly perSecond: number | null
  onSaved(): void
  onCancel(): void
}

/** Asks how many late runs start in a second at most. Escape cancels. */
export function CatchUpDialog({ perSecond, onSaved, onCancel }: DialogProps) {
  const [typed, setTyped] = useState(perSecond === null ? '' : String(perSecond))
  const { busy, problem, refusals, save } = useSave({ catch_up_per_second: typed })
  const errors = onlyFieldErrors(problem, '/catch_up_per_second', 'The limit')
  const submit = () =>
    save(async () => {
      const text = typed.trim()
      // What is no number is sent as it was typed, so that the API says what is allowed.
      const limit = text === '' ? null : Number.isFinite(Number(text)) ? Number(text) : (text as unknown as number)
      await limitCatchUp(limit)
      showToast(`${capital(catchUpLabel(limit))}.`)
      onSaved()
    })
  return (
    <FormDialog
      name="catch-up"
      title="How fast do late runs start?"
      intro="After an outage, runs that are on time start first, and the late ones beside them, the oldest first."
      verb="Save"
      busy={busy}
      refusals={refusals}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      <NumberField
        id="catch-up-per-second"
        label="Late runs in a second"
        hint="At most, over all replicas. Empty: no limit. Tasks of flows keep to their flow."
        errors={errors}
        value={typed}
        onChange={setTyped}
      />
    </FormDialog>
  )
}
