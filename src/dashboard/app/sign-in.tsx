import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { isOperatorToken, serviceIdIn } from '../../http/token.ts'
import { asApiError, tryCredentials } from '../client/api.ts'
import { currentRoute, navigate } from '../client/navigation.ts'
import { firstService } from '../client/operator.ts'
import { home, type Route, servicesRoute } from '../client/route.ts'
import { linkedService } from '../client/service-link.ts'
import { type Credentials, othersThan, signIn } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { Banner } from '../parts/banner.tsx'
import { Field } from '../parts/field.tsx'
import { SwitchButton } from '../parts/switch-button.tsx'

const wrong = 'Unknown service id or wrong token. Check both; a token that was replaced no longer works.'

/** Where one begins with these credentials. */
export const startOf = ({ token }: Credentials): Route => (isOperatorToken(token) ? servicesRoute : home)

/** The page to sign in on. @param lost the id of the service whose session a 401 has ended */
export function SignIn({ lost }: { lost?: string }) {
  useEffect(() => {
    if (lost === undefined) setTitle('Sign in')
  }, [lost])
  const others = othersThan(lost)
  const linked = linkedService.value
  const begin = (credentials: Credentials) => {
    if (currentRoute.value.screen === 'overview' && linked === '') navigate(startOf(credentials))
    signIn(credentials)
  }
  return (
    <main class="sign-in" id="sign-in">
      <p class="wordmark">Duly</p>
      <h1>Sign in</h1>
      {lost === undefined ? (
        <p class="quiet">
          With the id and token of a service: the start of Duly prints them, and{' '}
          <code>bun run duly service create NAME</code> makes new ones.
        </p>
      ) : (
        <Banner>
          You were signed out: the token no longer counts. Sign in again and go on where you were; nothing you typed is
          lost.
        </Banner>
      )}
      <SignInForm serviceId={lost ?? (linked || undefined)} verb="Sign in" onSignedIn={begin} />
      {others.length > 0 && (
        <p>
          Or go on with{' '}
          {others.map((one) => (
            <SwitchButton key={one.serviceId} to={one} />
          ))}
        </p>
      )}
    </main>
  )
}

interface SignInFormProps {
  /** The id of the service, where it is known which one is signed in to. */
  readonly serviceId?: string | undefined
  /** The word on the button. */
  readonly verb: string
  /** Another button, before it. */
  readonly children?: ComponentChildren
  /** Called with credentials that are right. */
  onSignedIn(credentials: Credentials): void
}

/** The fields of the sign-in. */
export function SignInForm({ serviceId: wanted, verb, children, onSignedIn }: SignInFormProps) {
  const [serviceId, setServiceId] = useState(wanted ?? '')
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const idInput = useRef<HTMLInputElement>(null)
  const tokenInput = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // A link to a service may be opened while this is shown.
    if (wanted !== undefined) setServiceId(wanted)
    const first = wanted === undefined ? idInput : tokenInput
    first.current?.focus()
  }, [wanted])
  const isLeft = useRef(false)
  useEffect(
    () => () => {
      isLeft.current = true
    },
    [],
  )

  const submit = async (event: Event) => {
    event.preventDefault()
    const given = token.trim()
    let credentials = { serviceId: serviceId.trim().toLowerCase() || (serviceIdIn(given) ?? ''), token: given }
    const isOperator = credentials.serviceId === '' && isOperatorToken(given)
    setProblem(undefined)
    if (given === '') return setProblem('A token is needed to sign in.')
    if (credentials.serviceId === '' && !isOperator) return setProblem('This token needs the id of its service.')
    setBusy(true)
    try {
      if (isOperator) credentials = await firstService(given)
      else await tryCredentials(credentials)
      // An answer that comes after the reader has gone elsewhere changes nothing.
      if (!isLeft.current) onSignedIn(credentials)
    } catch (error) {
      const refusal = asApiError(error)
      setProblem(refusal.status === 401 ? wrong : refusal.message)
      setBusy(false)
      tokenInput.current?.select()
    }
  }

  return (
    <form class="sign-in" onSubmit={submit} noValidate aria-label={verb}>
      <Field
        id="service-id"
        label="Service id"
        hint="Leave it empty for a token of duly token create or duly operator-token create."
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={idInput}
            class="code"
            name="username"
            autocomplete="username"
            spellcheck={false}
            value={serviceId}
            onInput={(event) => setServiceId(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field
        id="token"
        label="Token"
        hint="Kept by the open tabs of this page only; closing the last one signs you out."
      >
        {(attributes) => (
          <input
            {...attributes}
            ref={tokenInput}
            class="code"
            type="password"
            name="password"
            autocomplete="current-password"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem && <Banner bad>{problem}</Banner>}
      <div class={children === undefined ? undefined : 'actions'}>
        {children}
        <button type="submit" class="main" disabled={busy} aria-busy={busy || undefined}>
          {busy ? 'Signing in…' : verb}
        </button>
      </div>
    </form>
  )
}
