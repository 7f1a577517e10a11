import { byWhom } from '../changes/labels.ts'
import type { Change } from '../client/api.ts'
import { hrefOf } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { newTokenRoute } from '../client/settings-routes.ts'
import type { Token } from '../client/tokens.ts'
import { Time } from '../parts/time.tsx'
import { makerOf, scopesLabel, utcDay } from './token-labels.ts'

interface RowProps {
  readonly token: Token
  readonly makers: readonly Change[]
  /** Whether the reader is signed in with it. */
  readonly isOwn: boolean
  /** Undefined for a reader who may delete none. */
  onDelete: (() => void) | undefined
}

/** One token: its name and who made it, what it may do, until when, when it was used last, actions. */
export function TokenRow({ token, makers, isOwn, onDelete }: RowProps) {
  const { id, name, scopes, expires_at, created_at, last_used_on } = token
  const maker = makerOf(token, makers)
  return (
    <tr>
      <td>
        <span class="name">
          <bdi>{name}</bdi>
        </span>
        {isOwn && <span class="quiet"> (yours)</span>}
        <span class="quiet line">
          created <Time at={created_at} />
          {maker && ` by ${byWhom(maker)}`}
        </span>
      </td>
      <td>
        <span class="only-narrow">may </span>
        {scopesLabel(scopes)}
      </td>
      <td>
        <Expiry at={expires_at} />
      </td>
      <td class={last_used_on === null ? 'quiet' : undefined}>
        {last_used_on === null ? (
          'never used'
        ) : (
          <>
            <span class="only-narrow">last used </span>
            <time dateTime={last_used_on} title={`${last_used_on}, a day of UTC`}>
              {utcDay(last_used_on)}
            </time>
          </>
        )}
      </td>
      {onDelete && (
        <td class="cell-actions">
          <div class="actions">
            <a class="button" aria-label={`Replace ${name}`} href={hrefOf(newTokenRoute(id))}>
              Replace…
            </a>
            <button type="button" class="danger" aria-label={`Delete ${name}`} onClick={onDelete}>
              Delete
            </button>
          </div>
        </td>
      )}
    </tr>
  )
}

function Expiry({ at }: { at: string | null }) {
  if (at === null) return <span class="quiet">does not expire</span>
  const isOver = Date.parse(at) <= serverNow()
  return (
    <span class={isOver ? 'is-over' : undefined}>
      <span class={isOver ? undefined : 'only-narrow'}>{isOver ? 'expired ' : 'expires '}</span>
      <Time at={at} />
    </span>
  )
}
