import type { Overview } from '../client/overview.ts'
import { measured } from '../plots/figures.ts'
import { CatchUpSetting } from './catch-up-limit.tsx'

/** Median and 99th percentile of start skew and call duration. */
export function Numbers({ data }: { data: Pick<Overview, 'skew_ms' | 'duration_ms' | 'catch_up'> | undefined }) {
  return (
    <section class="numbers" aria-labelledby="numbers-title">
      <h2 id="numbers-title">Pace in the last 24 hours</h2>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">half within</th>
            <th scope="col">99 % within</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">
              Start skew <span class="hint">how late runs started</span>
            </th>
            <td>{measured(data?.skew_ms.p50)}</td>
            <td>{measured(data?.skew_ms.p99)}</td>
          </tr>
          <tr>
            <th scope="row">
              Call duration <span class="hint">until the answer was there</span>
            </th>
            <td>{measured(data?.duration_ms.p50)}</td>
            <td>{measured(data?.duration_ms.p99)}</td>
          </tr>
        </tbody>
      </table>
      {data?.catch_up === null && <CatchUpSetting />}
    </section>
  )
}
