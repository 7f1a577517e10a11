import type { Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { fullTime, timeOfDay } from '../format/time-of-day.ts'
import { dayName } from './day-name.ts'
import type { Outcomes } from './figures.ts'

/** The data of the timeline as tables. Quarter hours without upcoming runs are left out. */
export function TimelineTables({ hours, upcoming }: Pick<Overview, 'hours' | 'upcoming'>) {
  const due = upcoming.filter((quarter) => quarter.count > 0)
  return (
    <details class="in-numbers">
      <summary>The timeline in numbers</summary>
      <div>
        <OutcomeTable caption="The last 24 hours" first="Hour from" rows={hours} name={timeOfDay} />
        <table>
          <caption>The coming 24 hours</caption>
          <thead>
            <tr>
              <th scope="col">Quarter hour from</th>
              <th scope="col">Runs</th>
            </tr>
          </thead>
          <tbody>
            {due.map(({ at, count: runs }) => (
              <tr key={at}>
                <th scope="row" title={fullTime(at)}>
                  {timeOfDay(at)}
                </th>
                <td>{count(runs)}</td>
              </tr>
            ))}
            {due.length === 0 && (
              <tr>
                <td colSpan={2}>Nothing is due.</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/** The data of the chart of days as a table. */
export function DaysTable({ days }: Pick<Overview, 'days'>) {
  return (
    <details class="in-numbers">
      <summary>The days in numbers</summary>
      <OutcomeTable caption="The last seven days, in UTC" first="Day" rows={days} name={dayName} />
    </details>
  )
}

interface OutcomeTableProps {
  readonly caption: string
  /** The heading of the first column. */
  readonly first: string
  readonly rows: readonly (Outcomes & { readonly at: string })[]
  name(at: string): string
}

function OutcomeTable({ caption, first, rows, name }: OutcomeTableProps) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {[first, 'Succeeded', 'Failed', 'Skipped'].map((heading) => (
            <th scope="col" key={heading}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ at, success, failed, skipped }) => (
          <tr key={at}>
            <th scope="row" title={fullTime(at)}>
              {name(at)}
            </th>
            <td>{count(success)}</td>
            <td>{count(failed)}</td>
            <td>{count(skipped)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
