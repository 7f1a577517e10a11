import { useMemo, useState } from 'preact/hooks'
import type { Execution } from '../client/api.ts'
import { prettyJson } from '../format/pretty-json.ts'
import { LongText } from '../parts/long-text.tsx'
import { Time } from '../parts/time.tsx'

const withoutAnswer: Readonly<Record<Execution['status'], string>> = {
  queued: 'Nothing was sent yet.',
  started: 'No answer yet.',
  success: 'No answer is kept.',
  failed: 'No answer came.',
  skipped: 'Nothing was sent.',
}

/** The response as text. JSON is indented, with a button that shows the original. */
export function ExecutionResponse({ execution }: { execution: Execution }) {
  const { status, response, response_truncated, status_code, error, answer_dropped_at } = execution
  const [asItCame, setAsItCame] = useState(false)
  const pretty = useMemo(() => (response === null ? undefined : prettyJson(response)), [response])
  return (
    <>
      <div class="title">
        <h3>Response</h3>
        {pretty !== undefined && (
          <button type="button" class="plain" onClick={() => setAsItCame(!asItCame)}>
            {asItCame ? 'Format the JSON' : 'Show it as it came'}
          </button>
        )}
      </div>
      {(status_code !== null || error !== null) && (
        <p>{[status_code === null ? undefined : `Status code ${status_code}`, error].filter(Boolean).join(': ')}</p>
      )}
      {answer_dropped_at !== null ? (
        <p class="quiet">
          The answer was dropped on <Time at={answer_dropped_at} />: answers are kept for a limited time and size.
        </p>
      ) : response === null || response === '' ? (
        <p class="quiet">{response === '' ? 'The answer had no body.' : withoutAnswer[status]}</p>
      ) : (
        <LongText>{asItCame ? response : (pretty ?? response)}</LongText>
      )}
      {response_truncated && answer_dropped_at === null && (
        <p class="hint">The answer was longer than the 64 KiB that are kept, or broke off.</p>
      )}
    </>
  )
}
