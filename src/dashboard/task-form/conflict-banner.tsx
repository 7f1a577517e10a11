import { counted } from '../format/labels.ts'
import { Banner } from '../parts/banner.tsx'
import type { Conflict, Meanwhile } from './conflict.ts'

interface ConflictProps extends Meanwhile {
  /** Keeps what the reader has typed there. */
  onKeep(these: readonly Conflict[]): void
  /** Replaces it by what the other one has saved. */
  onTake(these: readonly Conflict[]): void
}

/** Says that somebody else has saved meanwhile, with both values of each field that both have changed. */
export function ConflictBanner({ conflicts, others, onKeep, onTake }: ConflictProps) {
  const [first] = conflicts
  return (
    <Banner bad>
      <p>
        Somebody else changed this task while you edited it, so nothing was saved.
        {others.length > 0 && ` What they saved and you had not touched stands in the form now: ${others.join(', ')}.`}
        {first
          ? ` ${counted(conflicts.length, 'field has', 'fields have')} two values; what you typed is kept.`
          : ' Look it over, then save again.'}
      </p>
      {first && (
        <ul class="conflicts">
          {conflicts.map((one) => (
            <li key={one.label}>
              <strong>{one.label}</strong>
              <span>
                Yours: <bdi class="code">{one.mine}</bdi>
              </span>
              <span>
                Theirs: <bdi class="code">{one.theirs}</bdi>
              </span>
              <span class="actions">
                <button type="button" aria-label={`Keep mine: ${one.label}`} onClick={() => onKeep([one])}>
                  Keep mine
                </button>
                <button type="button" aria-label={`Take theirs: ${one.label}`} onClick={() => onTake([one])}>
                  Take theirs
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {conflicts.length > 1 && (
        <div class="actions">
          <button type="button" onClick={() => onKeep(conflicts)}>
            Keep all of mine
          </button>
          <button type="button" onClick={() => onTake(conflicts)}>
            Take all of theirs
          </button>
        </div>
      )}
      {first && <p>Then save again. Saving without a choice keeps yours.</p>}
    </Banner>
  )
}
