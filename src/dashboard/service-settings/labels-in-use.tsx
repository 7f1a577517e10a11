import { labelsInUse, listLabels } from '../client/labels.ts'
import { usePolling } from '../client/use-polling.ts'

/** The labels that tasks have, to choose from in an input of a label. */
export function LabelsInUse({ id }: { id: string }) {
  const { data } = usePolling(listLabels, 'labels')
  const labels = [...labelsInUse(data ?? [])].flatMap(([name, values]) => values.map((value) => `${name}=${value}`))
  return (
    <datalist id={id}>
      {labels.map((label) => (
        <option key={label} value={label} />
      ))}
    </datalist>
  )
}
