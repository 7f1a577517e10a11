import { othersThan, session } from '../client/session.ts'
import { SwitchButton } from './switch-button.tsx'

/** Offers the same address in each other service that the reader is signed in to; nothing where there is none. */
export function LookElsewhere() {
  const now = session.value
  const others = othersThan(now.kind === 'out' ? undefined : now.serviceId)
  if (others.length === 0) return null
  return (
    <p>
      Look for it in{' '}
      {others.map((one) => (
        <SwitchButton key={one.serviceId} to={one} stay />
      ))}
    </p>
  )
}
