import type { LeftOut } from '../client/bulk.ts'
import { counted } from '../format/labels.ts'

interface ListProps {
  /** Those that are named. */
  readonly tasks: readonly LeftOut[]
  /** How many there are. */
  readonly left: number
}

/** Tasks that were left out of a change, each with why; nothing for none. */
export function LeftOutList({ tasks, left }: ListProps) {
  if (tasks.length === 0) return null
  return (
    <ul>
      {tasks.map(({ id, name, message }) => (
        <li key={id}>
          <strong>{name ?? id}</strong>: {message}
        </li>
      ))}
      {left > tasks.length && <li>and {counted(left - tasks.length, 'task')} more</li>}
    </ul>
  )
}
