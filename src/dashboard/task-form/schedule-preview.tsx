import { type Preview, previewSchedule } from '../client/schedule.ts'
import { type Polled, useDebounced, usePolling } from '../client/use-polling.ts'
import { whoseTime } from '../format/zone.ts'
import { ScheduleNotes } from '../parts/schedule-notes.tsx'
import { TimesTable } from '../parts/times-table.tsx'
import type { Draft } from './form-field.ts'
import { draftLabel, previewOf } from './schedule-draft.ts'
import type { Problem } from './use-form.ts'

/** Delay after the last edit before the times are requested, in ms. */
const debounceMs = 300
/** In seconds: times that have come are no next ones. */
const pollSeconds = 30
const none: Preview = { upcoming: [], starts: [], left_out: [], warnings: [] }

/** Requests the next times of the schedule in the form. */
export function usePreview(before: Draft | undefined, draft: Draft): Polled<Preview> {
  const now = JSON.stringify(previewOf(before, draft) ?? null)
  const asked = useDebounced(now, debounceMs)
  const loaded = usePolling(
    async (signal) => (asked === 'null' ? none : previewSchedule(JSON.parse(asked), signal)),
    asked,
    pollSeconds,
  )
  return { ...loaded, busy: loaded.busy || now !== asked }
}

/** Combines the errors of the last save with those of the preview. */
export function withPreview(problem: Problem | undefined, { problem: refused }: Polled<Preview>): Problem | undefined {
  if (refused?.status !== 400) return problem
  const known = problem?.errors ?? []
  const more = refused.errors.filter(
    ({ path, message }) => !known.some((e) => e.path === path && e.message === message),
  )
  return { ...(problem ?? { status: 400, message: '', isInDoubt: false }), errors: [...known, ...more] }
}

/** The schedule in words, and its next times: local and UTC. */
export function SchedulePreview({ draft, loaded }: { draft: Draft; loaded: Polled<Preview> }) {
  const { data, problem, busy } = loaded
  const { upcoming, left_out, warnings } = problem ? none : (data ?? none)
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
        <ScheduleNotes warnings={warnings} leftOut={left_out} />
        {problem && problem.status !== 400 && <p class="quiet">The next times cannot be shown. {problem.message}</p>}
      </div>
      {upcoming.length > 0 && <TimesTable times={upcoming} local={`Next: ${whoseTime()}`} busy={busy} />}
    </div>
  )
}
