import { useState } from 'preact/hooks'
import { isOperatorToken } from '../../http/token.ts'
import { navigate } from '../client/navigation.ts'
import { operatorCredentials } from '../client/operator.ts'
import { tokenMay } from '../client/rights.ts'
import { home, hrefOf, servicesRoute } from '../client/route.ts'
import { type Credentials, othersThan, session, signIn, signOut } from '../client/session.ts'
import { serviceSettingsRoute } from '../client/settings-routes.ts'
import { askToLeave } from '../client/unsaved.ts'
import { Menu } from '../parts/menu.tsx'
import { nameOf, SwitchButton } from '../parts/switch-button.tsx'
import { useModal } from '../parts/use-modal.ts'
import { SignInForm, startOf } from './sign-in.tsx'

interface MenuProps {
  readonly serviceId: string
  readonly name: string | undefined
  /** Whether all services are shown: then none of them is named. */
  readonly isOfAll: boolean
}

/** The name of the service that is shown, as a menu: its settings, and the others that the reader is signed in to. */
export function ServicesMenu({ serviceId, name, isOfAll }: MenuProps) {
  const [adding, setAdding] = useState(false)
  const others = othersThan(isOfAll ? undefined : serviceId)
  const now = session.value
  const isOperator = now.kind === 'in' && isOperatorToken(now.token)
  const limits = limitsOf(tokenMay('write'), tokenMay('run'))
  const shown = name ?? serviceId.slice(0, 8)
  const leave = () => {
    navigate(home)
    signOut(serviceId)
  }
  return (
    <>
      <Menu
        label={isOfAll ? 'All services' : <bdi class={name === undefined ? 'code quiet' : undefined}>{shown}</bdi>}
        more={isOfAll ? 'One of them' : 'Other services, settings'}
        title={isOfAll ? undefined : `Service ${serviceId}`}
      >
        {!isOfAll && (
          <a class="button" href={hrefOf(serviceSettingsRoute)}>
            Service settings
          </a>
        )}
        {others.map((one) => (
          <SwitchButton key={one.serviceId} to={one} />
        ))}
        {!isOfAll && (others.length > 0 || operatorCredentials()) && (
          <a class="button" href={hrefOf(servicesRoute)}>
            All services
          </a>
        )}
        <button type="button" onClick={() => setAdding(true)}>
          Add a service…
        </button>
        {!isOfAll && others.length > 0 && !isOperator && (
          <button type="button" onClick={() => askToLeave(leave, true)}>
            <span>
              Sign out of <bdi>{shown}</bdi> only
            </span>
          </button>
        )}
      </Menu>
      {limits !== undefined && (
        <span
          class="quiet"
          title={
            isOperator
              ? 'The token of an operator changes nothing. To change something, add the service with a token of its own.'
              : 'What the token that you are signed in with may not do has no buttons. To do more, sign in with another one.'
          }
        >
          {limits}
        </span>
      )}
      {adding && <AddDialog onClose={() => setAdding(false)} />}
    </>
  )
}

/** What the reader may not do, in few words; undefined for nothing. */
function limitsOf(mayWrite: boolean, mayRun: boolean): string | undefined {
  if (mayWrite) return mayRun ? undefined : 'no runs by hand'
  return mayRun ? 'read and run only' : 'read only'
}

/** Signs in to one more service, and shows it. */
function AddDialog({ onClose }: { onClose(): void }) {
  const dialog = useModal()
  const add = (credentials: Credentials) => {
    // The reader has cancelled meanwhile.
    if (!dialog.current?.open) return
    dialog.current.close()
    askToLeave(() => {
      navigate(startOf(credentials))
      signIn(credentials)
    })
  }
  return (
    <dialog ref={dialog} aria-labelledby="add-service-title" onClose={onClose}>
      <h2 id="add-service-title">Add a service</h2>
      <p>
        You stay signed in to {othersThan(undefined).map(nameOf).join(', ')}, and switch between them by the name at the
        top.
      </p>
      <SignInForm verb="Add" onSignedIn={add}>
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
      </SignInForm>
    </dialog>
  )
}
