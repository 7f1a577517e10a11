import { countedAtMost, countRunsBefore } from '../client/retention.ts'
import { usePolling } from '../client/use-polling.ts'
import { counted } from '../format/labels.ts'
import { type Kind, type Loss, lastDayOf } from './losses.ts'
import { utcDay } from './token-labels.ts'

/** What is dropped of each kind, and the results of its runs. Answers are not counted. */
const dropped: Readonly<Record<Kind, readonly [words: string, status: string]>> = {
  execution_days: ['successes and skipped runs', 'success,skipped'],
  failure_days: ['failed runs', 'failed'],
  answer_days: ['the bodies and headers of answers', ''],
}

interface ListProps {
  readonly losses: readonly Loss[]
  /** Of which tasks; '' for all. */
  readonly label: string
}

/** Says what shorter days drop, and of how many runs. Tasks with days of a label of their own may be among those of the service. */
export function LossList({ losses, label }: ListProps) {
  return (
    <>
      <p>Within an hour or so Duly drops, and nothing brings back:</p>
      <ul class="losses">
        {losses.map((loss) => (
          <li key={loss.kind}>
            {dropped[loss.kind][0]} up to {utcDay(lastDayOf(loss))}
            <Amount loss={loss} label={label} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Amount({ loss: { kind, before }, label }: { loss: Loss; label: string }) {
  const [, status] = dropped[kind]
  const { data, problem } = usePolling(
    async (signal) => (status === '' ? -1 : countRunsBefore(before, status, label, signal)),
    `${before} ${status} ${label}`,
  )
  if (status === '') return null
  if (problem) return <span class="quiet">: they could not be counted</span>
  if (data === undefined) return <span class="quiet">: counting…</span>
  return (
    <>: {data > countedAtMost ? `more than ${countedAtMost} runs` : data === 0 ? 'none now' : counted(data, 'run')}</>
  )
}
