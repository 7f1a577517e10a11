import type { Outage, Overview } from '../client/overview.ts'
import { allRunsRoute, hrefOf, type Route } from '../client/route.ts'
import { count } from '../format/format-time.ts'
import { fullTime, plainTime, timeOfDay } from '../format/time-of-day.ts'
import type { Outcomes } from '../plots/figures.ts'
import { dayName } from './day-name.ts'
import { spanOf } from './span-of.ts'

const hourMs = 3_600_000

interface TablesProps extends Pick<Overview, 'hours' | 'upcoming'> {
  readonly outages: readonly Outage[]
  /** Where the tasks of a quarter hour are shown. */
  to(quarter: string): Route
}

/** The data of the timeline as tables. Quarter hours without upcoming runs are left out. */
export function TimelineTables({ hours, upcoming, outages, to }: TablesProps) {
  const due = upcoming.filter((quarter) => quarter.count > 0)
  return (
    <details class="in-numbers">
      <summary>The timeline in numbers</summary>
      <div>
        <OutcomeTable caption="The last 24 hours" first="Hour from" rows={hours} length={hourMs} name={timeOfDay} />
        {outages.length > 0 && (
          <table>
            <caption>Duly did not run</caption>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
              </tr>
            </thead>
            <tbody>
              {outages.map(({ began_at, ended_at }) => (
                <tr key={began_at}>
                  <th scope="row" title={fullTime(began_at)}>
                    {plainTime(began_at)}
                  </th>
                  <td title={ended_at === null ? undefined : fullTime(ended_at)}>
                    {ended_at === null ? 'not over' : plainTime(ended_at)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
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
                  <a href={hrefOf(to(at))}>{timeOfDay(at)}</a>
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
      <OutcomeTable caption="The last seven days, in UTC" first="Day" rows={days} length={24 * hourMs} name={dayName} />
    </details>
  )
}

interface OutcomeTableProps {
  readonly caption: string
  /** The heading of the first column. */
  readonly first: string
  readonly rows: readonly (Outcomes & { readonly at: string })[]
  /** How long the time of a row is, in ms. */
  readonly length: number
  name(at: string): string
}

function OutcomeTable({ caption, first, rows, length, name }: OutcomeTableProps) {
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
        {rows.map(({ at, ...outcomes }) => (
          <tr key={at}>
            <th scope="row" title={fullTime(at)}>
              <a href={hrefOf({ ...allRunsRoute, ...spanOf(at, length) })}>{name(at)}</a>
            </th>
            {(['success', 'failed', 'skipped'] as const).map((status) => (
              <td key={status}>
                {outcomes[status] === 0 ? (
                  0
                ) : (
                  <a href={hrefOf({ ...allRunsRoute, ...spanOf(at, length), status })}>{count(outcomes[status])}</a>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
