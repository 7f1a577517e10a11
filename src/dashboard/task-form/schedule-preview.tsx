import { type Preview, previewSchedule } from '../client/api.ts'
import { type Polled, useDebounced, usePolling } from '../client/use-polling.ts'
import { localZone } from '../format/format-time.ts'
import { TimesTable } from '../parts/times-table.tsx'
import type { Draft } from './form-fields.ts'
import { draftLabel, previewOf } from './schedule-draft.ts'
import type { Problem } from './use-form.ts'

/** The times are asked for when the typing rests this long, in ms. */
const debounceMs = 300
const none: Preview = { upcoming: [], warnings: [] }

/** The next times of the schedule that stands in the form, from the API. */
export function usePreview(before: Draft | undefined, draft: Draft): Polled<Preview> {
  const now = JSON.stringify(previewOf(before, draft) ?? null)
  const asked = useDebounced(now, debounceMs)
  const loaded = usePolling(
    async (signal) => (asked === 'null' ? none : previewSchedule(JSON.parse(asked), signal)),
    asked,
  )
  return { ...loaded, busy: loaded.busy || now !== asked }
}

/** What is wrong with a form: what was refused when it was sent, and what the preview refuses while it is typed. */
export function withPreview(problem: Problem | undefined, { problem: refused }: Polled<Preview>): Problem | undefined {
  if (refused?.status !== 400) return problem
  const known = problem?.errors ?? []
  const more = refused.errors.filter(
    ({ path, message }) => !known.some((e) => e.path === path && e.message === message),
  )
  return { status: 400, message: '', ...problem, errors: [...known, ...more] }
}

/** The schedule in words, with the next times by the reader's clock and in UTC. */
export function SchedulePreview({ draft, loaded }: { draft: Draft; loaded: Polled<Preview> }) {
  const { data, problem, busy } = loaded
  const { upcoming, warnings } = problem ? none : (data ?? none)
  const words = draftLabel(draft)
  const stops =
    draft.status === 'active' ? '' : ` It is ${draft.status}: it would run at these times if it were active.`
  return (
    <div class="preview">
      <p aria-live="polite" id="schedule-words">
        {words ? (
          <>
            Runs <strong>{words}</strong>.{stops}
          </>
        ) : (
          <span class="quiet">The schedule in words and its next times stand here once it is complete and right.</span>
        )}
      </p>
      <div aria-live="polite">
        {warnings.map((warning) => (
          <p key={warning} class="warning">
            <strong>Clock change.</strong> {warning}
          </p>
        ))}
        {problem && problem.status !== 400 && <p class="quiet">The next times cannot be shown. {problem.message}</p>}
      </div>
      {upcoming.length > 0 && <TimesTable times={upcoming} local={`Next, your time (${localZone})`} busy={busy} />}
    </div>
  )
}
