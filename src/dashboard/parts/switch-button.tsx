import { navigate } from '../client/navigation.ts'
import { home } from '../client/route.ts'
import { type Known, switchTo } from '../client/session.ts'
import { askToLeave } from '../client/unsaved.ts'

interface SwitchButtonProps {
  readonly to: Known
  /** Stays at the address, which may be one of that service. Otherwise its overview is shown. */
  readonly stay?: boolean
}

/** A button that shows another service that the reader is signed in to. */
export function SwitchButton({ to, stay = false }: SwitchButtonProps) {
  const go = () => {
    if (!stay) navigate(home)
    switchTo(to)
  }
  return (
    <button type="button" class="plain service" onClick={() => askToLeave(go, true)}>
      <bdi>{nameOf(to)}</bdi>
    </button>
  )
}

/** The name of a service, or the beginning of its id if the name has not been read. */
export const nameOf = ({ name, serviceId }: Known): string => name ?? serviceId.slice(0, 8)
