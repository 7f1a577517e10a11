import { localTimeAndDay, utcTime } from '../format/format-time.ts'

/** Upcoming times, one per row: local and UTC. */
export function TimesTable({ times, local, busy }: { times: readonly string[]; local: string; busy?: boolean }) {
  return (
    <table class="times" aria-busy={busy}>
      <thead>
        <tr>
          <th scope="col">{local}</th>
          <th scope="col">UTC</th>
        </tr>
      </thead>
      <tbody>
        {times.map((at) => (
          <tr key={at}>
            <td>
              <time dateTime={at}>{localTimeAndDay(at)}</time>
            </td>
            <td class="quiet">{utcTime(at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
