interface ChoiceProps {
  readonly id: string
  readonly label: string
  readonly class?: string
  readonly value: string
  /** The values and their words, in order. */
  readonly choices: readonly (readonly [value: string, words: string])[]
  onChoose(value: string): void
}

/** A labelled list of which one value is chosen, for what a list shows. */
export function ChoiceFilter({ id, label, class: more = '', value, choices, onChoose }: ChoiceProps) {
  return (
    <div class={`field ${more}`}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {choices.map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
