import { useState } from 'preact/hooks'
import { readService } from '../client/overview.ts'
import { tokenMay } from '../client/rights.ts'
import { usePolling } from '../client/use-polling.ts'
import { catchUpLabel } from '../format/labels.ts'
import { later } from '../parts/later.tsx'

const pollSeconds = 30

const CatchUpDialog = later(async () => (await import('./catch-up-dialog.tsx')).CatchUpDialog)

interface LimitProps {
  /** The limit that is set; null for none. */
  readonly perSecond: number | null
  onChange(): void
}

/** A button that sets how many late runs start in a second; nothing for who may not. */
export function CatchUpLimit({ perSecond, onChange }: LimitProps) {
  const [asking, setAsking] = useState(false)
  if (!tokenMay('write')) return null
  return (
    <>
      {' '}
      <button type="button" class="plain" onClick={() => setAsking(true)}>
        {perSecond === null ? 'Set a limit' : 'Change the limit'}
      </button>
      {asking && (
        <CatchUpDialog
          perSecond={perSecond}
          onSaved={() => {
            setAsking(false)
            onChange()
          }}
          onCancel={() => setAsking(false)}
        />
      )}
    </>
  )
}

/** The limit of late runs while none is late, so that it is set before the next outage. */
export function CatchUpSetting() {
  const { data, reload } = usePolling(readService, 'service', pollSeconds)
  if (!data) return null
  const { catch_up_per_second: perSecond } = data
  return (
    <div class="catching-up hint">
      <p>After an outage {catchUpLabel(perSecond)}.</p>
      <CatchUpLimit perSecond={perSecond} onChange={reload} />
    </div>
  )
}
