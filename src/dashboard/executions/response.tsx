import { useMemo, useState } from 'preact/hooks'
import type { Execution } from '../client/api.ts'
import { counted } from '../format/labels.ts'
import { prettyJson } from '../format/pretty-json.ts'
import { copyText } from '../parts/copy-text.ts'
import { LongText } from '../parts/long-text.tsx'
import { saveFile } from '../parts/save-file.ts'
import { Time } from '../parts/time.tsx'

const withoutAnswer: Readonly<Record<Execution['status'], string>> = {
  queued: 'Nothing was sent yet.',
  started: 'No answer yet.',
  success: 'No answer is kept.',
  failed: 'No answer came.',
  skipped: 'Nothing was sent.',
}

const notCopied =
  'The answer could not be copied: without HTTPS, a browser may not let a page do that. Download it instead.'

/** Saves what the target answered as it came. Whatever it is, it is saved as text: a page would run its scripts when it is opened. */
const download = ({ id, response }: Execution, isJson: boolean) =>
  isJson
    ? saveFile(response ?? '', `answer-${id}.json`, 'application/json')
    : saveFile(response ?? '', `answer-${id}.txt`, 'text/plain')

/** The headers of an answer, a line for each value. */
const headerLines = (header: NonNullable<Execution['response_header']>) =>
  Object.entries(header)
    .flatMap(([name, values]) => values.map((value) => `${name}: ${value}`))
    .join('\n')

/** The response as text. JSON is indented, with a button that shows it unformatted; it can be copied and saved as it came. */
export function ExecutionResponse({ execution }: { execution: Execution }) {
  const { status, response, response_header, response_truncated, status_code, error, answer_dropped_at } = execution
  const [asItCame, setAsItCame] = useState(false)
  const pretty = useMemo(() => (response === null ? undefined : prettyJson(response)), [response])
  return (
    <>
      <div class="title">
        <h3>Response</h3>
        {response && (
          <div class="actions">
            {pretty !== undefined && (
              <button type="button" class="plain" onClick={() => setAsItCame(!asItCame)}>
                {asItCame ? 'Format the JSON' : 'Show it unformatted'}
              </button>
            )}
            <button type="button" class="plain" onClick={() => copyText(response, 'Copied the answer.', notCopied)}>
              Copy<span class="unseen"> the answer</span>
            </button>
            <button type="button" class="plain" onClick={() => download(execution, pretty !== undefined)}>
              Download<span class="unseen"> the answer</span>
            </button>
          </div>
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
        <LongText text={asItCame ? response : (pretty ?? response)} />
      )}
      {response_header !== null && Object.keys(response_header).length > 0 && (
        <details>
          <summary>{counted(Object.keys(response_header).length, 'header')}</summary>
          <LongText text={headerLines(response_header)} />
        </details>
      )}
      {response_truncated && answer_dropped_at === null && (
        <p class="hint">The answer was longer than the 64 KiB that are kept, or broke off.</p>
      )}
    </>
  )
}
