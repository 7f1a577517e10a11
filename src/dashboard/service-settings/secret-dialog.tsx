import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { listSecrets, secretRefusals, writeSecret } from '../client/secrets.ts'
import { Field } from '../parts/field.tsx'
import { SaveDialog } from '../parts/save-dialog.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'

const paths = ['/secretName', '/value']

/** How a request header refers to a secret. */
export const referenceTo = (name: string): string => `\${secret.${name}}`

interface DialogProps {
  /** The name of the secret that gets another value; '' for a new one. */
  readonly replaced: string
  onSaved(): void
  onCancel(): void
}

/** Asks for the value of a secret; of a new one, which does not take the place of another, for its name too. */
export function SecretDialog({ replaced, onSaved, onCancel }: DialogProps) {
  const isNew = replaced === ''
  const [typedName, setName] = useState(replaced)
  const [value, setValue] = useState('')
  const saving = useSave({ secretName: typedName, value })
  const { problem } = saving
  const name = typedName.trim()
  /** Says what is wrong with the name, and what is with the value as soon as the API has answered. */
  const refuseName = (message: string): never => {
    const refusal = new ApiError(400, message, [{ path: '/secretName', message }])
    void secretRefusals(value).then((others) => saving.addErrors(refusal, others))
    throw refusal
  }
  const save = async () => {
    if (name === '') refuseName('must not be empty')
    if (isNew && (await listSecrets()).some((one) => one.name === name))
      refuseName('is that of another secret: choose another one, or set a new value of that one')
    await writeSecret(name, value)
    showToast(
      isNew ? `Set the secret “${name}”.` : `“${name}” has its new value, with which calls begin within two seconds.`,
    )
    onSaved()
  }
  return (
    <SaveDialog
      name="secret"
      title={isNew ? 'New secret' : `New value of “${replaced}”`}
      intro={
        isNew ? (
          <>
            Request headers of tasks refer to it as <code>{referenceTo(name || 'NAME')}</code>. It is stored encrypted,
            and its value is shown nowhere.
          </>
        ) : (
          'The tasks that refer to it are not changed, and call with the new value within two seconds. The value before it is lost.'
        )
      }
      verb={isNew ? 'Set secret' : 'Replace value'}
      saving={saving}
      paths={paths}
      onSave={save}
      onCancel={onCancel}
    >
      {isNew && (
        <TextField
          id="secret-name"
          label="Name"
          hint="1 to 64 letters, digits, _ and -, such as API_TOKEN."
          errors={fieldErrors(problem, '/secretName', 'Name')}
          look="code"
          required
          value={typedName}
          onChange={setName}
        />
      )}
      <Field
        id="secret-value"
        label="Value"
        hint="One line, 8,192 characters at most."
        errors={fieldErrors(problem, '/value', 'Value')}
      >
        {(attributes) => (
          <input
            {...attributes}
            required
            type="password"
            class="code"
            autocomplete="off"
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        )}
      </Field>
    </SaveDialog>
  )
}
