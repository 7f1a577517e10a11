import type { Execution } from '../api.ts'
import { Time } from '../parts/time.tsx'
import { counted } from '../words.ts'

const withoutAnswer: Readonly<Record<Execution['status'], string>> = {
  queued: 'Nothing was sent yet.',
  started: 'No answer yet.',
  success: 'No answer is kept.',
  failed: 'No answer came.',
  skipped: 'Nothing was sent.',
}

/** One execution opened: its times, its ids, and what the target answered, as text whatever it is. */
export function ExecutionDetails({ execution }: { execution: Execution }) {
  const { status, started_at, response, missed_slots, slot_id, id } = execution
  return (
    <>
      <dl class="facts">
        <div class="fact">
          <dt>Sent</dt>
          <dd>{started_at === null ? 'not sent' : <Time at={started_at} />}</dd>
        </div>
        <div class="fact">
          <dt>Attempt</dt>
          <dd>{execution.attempt}</dd>
        </div>
        {missed_slots > 0 && (
          <div class="fact">
            <dt>Missed</dt>
            <dd>{counted(missed_slots, 'run')} went by unsent</dd>
          </div>
        )}
        <div class="fact">
          <dt>Execution</dt>
          <dd class="code">{id}</dd>
        </div>
        <div class="fact">
          <dt>Idempotency-Key</dt>
          <dd class="code">{slot_id}</dd>
        </div>
      </dl>
      <h3>Response</h3>
      {response === null || response === '' ? (
        <p class="quiet">{response === '' ? 'The answer had no body.' : withoutAnswer[status]}</p>
      ) : (
        <pre class="text">{response}</pre>
      )}
      {execution.response_truncated && <p class="hint">The answer was longer; this is what is kept of it (64 KiB).</p>}
    </>
  )
}
