import type { ComponentChildren } from 'preact'
import { Banner } from './banner.tsx'
import { FormDialog } from './form-dialog.tsx'
import { type Saving, saveMessage } from './use-save.ts'

interface SaveDialogProps {
  /** Begins the id of its title, such as `secret`. */
  readonly name: string
  readonly title: ComponentChildren
  /** What it is about, in a sentence. */
  readonly intro: ComponentChildren
  /** The words on the button that saves. */
  readonly verb: string
  readonly saving: Saving
  /** The JSON pointers of what the dialog has fields for. */
  readonly paths: readonly string[]
  /** The fields. */
  readonly children: ComponentChildren
  /** Saves it. What it throws is told by the dialog. */
  onSave(): Promise<void>
  onCancel(): void
}

/** A dialog with several fields, what is wrong with them, and two buttons. After a failed save, the first invalid field is focused. */
export function SaveDialog({ saving, paths, children, onSave, ...dialog }: SaveDialogProps) {
  const { busy, problem, refusals, save } = saving
  return (
    <FormDialog {...dialog} busy={busy} refusals={refusals} onSubmit={() => void save(onSave)}>
      <div class="dialog-fields">{children}</div>
      {problem && <Banner bad>{saveMessage(problem, paths)}</Banner>}
    </FormDialog>
  )
}
