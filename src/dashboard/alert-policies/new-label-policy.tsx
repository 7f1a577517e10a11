import { useRef, useState } from 'preact/hooks'
import { checkLabels, isLabelName } from '../../task-fields/labels.ts'
import { labelsInUse, listLabels } from '../client/labels.ts'
import { navigate } from '../client/navigation.ts'
import { usePolling } from '../client/use-polling.ts'
import { sentence } from '../format/labels.ts'
import { FieldErrors } from '../parts/field.tsx'

/** Inputs for a label that is to have a policy, with suggestions of what tasks have. They lead to the form of the policy. */
export function NewLabelPolicy() {
  const [{ name, value }, setLabel] = useState({ name: '', value: '' })
  const [errors, setErrors] = useState<readonly string[]>([])
  const wrong = useRef<HTMLInputElement>(null)
  const wrongPart = isLabelName(name.trim()) ? 'value' : 'name'
  const { data } = usePolling(listLabels, 'labels')
  const inUse = labelsInUse(data ?? [])
  const input = (part: 'name' | 'value', words: string, offers: readonly string[]) => (
    <>
      <input
        ref={part === wrongPart ? wrong : undefined}
        class="code"
        list={`policy-label-${part}s`}
        aria-label={`${words} of the label`}
        aria-invalid={(errors.length > 0 && part === wrongPart) || undefined}
        aria-describedby={errors.length > 0 ? 'policy-label-error' : undefined}
        placeholder={part === 'name' ? 'Name of a label' : 'Its value'}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={{ name, value }[part]}
        onInput={(event) => {
          setLabel({ name, value, [part]: event.currentTarget.value })
          setErrors([])
        }}
      />
      <datalist id={`policy-label-${part}s`}>
        {offers.map((offer) => (
          <option key={offer} value={offer} />
        ))}
      </datalist>
    </>
  )
  return (
    <form
      class="input-row new-label"
      aria-label="A policy for a label"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkLabels({ [name.trim()]: value }).map(({ message }) => sentence('The label', message))
        setErrors(found)
        if (found.length > 0) wrong.current?.focus()
        else navigate({ screen: 'label-policy', label: `${name.trim()}=${value}` })
      }}
    >
      {input('name', 'Name', [...inUse.keys()])}
      {input('value', 'Value', inUse.get(name.trim()) ?? [])}
      <button type="submit">Set a policy for it</button>
      <FieldErrors id="policy-label-error" errors={errors} />
    </form>
  )
}
