import type { Preference } from '../client/preference.ts'
import type { SearchKind } from '../client/search-words.ts'
import { useModal } from '../parts/use-modal.ts'

/** What each word of a search is for. */
const meanings: Readonly<Record<string, string>> = {
  err: 'what the error contains: err:503, err:"connection refused"',
  host: 'the host that is called: host:api.example.com',
  label: 'a label: label:team, label:team=billing',
  flow: 'the flow that limits it: flow:payments',
  key: 'the key of a task: key:billing/invoices',
  id: 'the whole id of a task',
}

interface KeysDialogProps {
  readonly search: SearchKind
  /** Whether rows can be selected. */
  readonly canSelect: boolean
  /** Whether their tasks can be run. */
  readonly canRun: boolean
  readonly letters: Preference
  onClose(): void
}

/** Lists the shortcuts of a list and the words of its search, and switches the shortcuts off. */
export function KeysDialog({ search, canSelect, canRun, letters, onClose }: KeysDialogProps) {
  const dialog = useModal()
  const keys = [
    ['/', 'search'],
    ['j', 'next row'],
    ['k', 'previous row'],
    ...(canSelect ? [['x', 'select the row']] : []),
    ['o', 'open the row, as Enter does'],
    ...(canRun ? [['r', 'run its task now']] : []),
    ['?', 'this list'],
    ['Esc', canSelect ? 'empty the search, then leave it' : 'close the opened run; empty the search, then leave it'],
  ]
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keyboard shortcuts</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={letters.value === 'on'}
          onChange={(event) => letters.set(event.currentTarget.checked ? 'on' : 'off')}
        />
        <span>Use these keys</span>
      </label>
      <h2>Words of the search</h2>
      <dl>
        <div>
          <dt class="code">is:</dt>
          <dd>{Object.keys(search.states).join(', ')}</dd>
        </div>
        {Object.keys(search.words).map((word) => (
          <div key={word}>
            <dt class="code">{word}:</dt>
            <dd>{meanings[word]}</dd>
          </div>
        ))}
      </dl>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  )
}
