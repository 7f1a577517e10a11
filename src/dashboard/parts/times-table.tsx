import { localTimeAndDay, utcTime } from '../format/format-time.ts'
import { shownZone } from '../format/zone.ts'

/** Upcoming times, one per row: in the zone that is shown, and in UTC unless that is it. */
export function TimesTable({ times, local, busy }: { times: readonly string[]; local: string; busy?: boolean }) {
  const hasUtc = shownZone() !== 'UTC'
  return (
    <table class="times" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">{local}</th>
          {hasUtc && <th scope="col">UTC</th>}
        </tr>
      </thead>
      <tbody>
        {times.map((at) => (
          <tr key={at}>
            <td>
              <time dateTime={at}>{localTimeAndDay(at)}</time>
            </td>
            {hasUtc && <td class="quiet">{utcTime(at)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
