import { useEffect, useRef, useState } from 'preact/hooks'
import { serviceIdIn } from '../../http/token.ts'
import { asApiError, tryCredentials } from '../client/api.ts'
import { signIn } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { Banner } from '../parts/banner.tsx'
import { Field } from '../parts/field.tsx'

const wrong = 'Unknown service id or wrong token. Check both; a token that was replaced no longer works.'

/** The sign-in form. @param lost the id of the service whose session a 401 has ended */
export function SignIn({ lost }: { lost?: string }) {
  const [serviceId, setServiceId] = useState(lost ?? '')
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const idInput = useRef<HTMLInputElement>(null)
  const tokenInput = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (lost !== undefined) return tokenInput.current?.focus()
    setTitle('Sign in')
    idInput.current?.focus()
  }, [lost])

  const submit = async (event: Event) => {
    event.preventDefault()
    const given = token.trim()
    const credentials = { serviceId: serviceId.trim() || (serviceIdIn(given) ?? ''), token: given }
    setProblem(undefined)
    if (given === '') return setProblem('A token is needed to sign in.')
    if (credentials.serviceId === '') return setProblem('This token needs the id of its service.')
    setBusy(true)
    try {
      await tryCredentials(credentials)
      signIn(credentials)
    } catch (error) {
      const refusal = asApiError(error)
      setProblem(refusal.status === 401 ? wrong : refusal.message)
      setBusy(false)
      tokenInput.current?.select()
    }
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
      <form onSubmit={submit} noValidate aria-label="Sign in">
        <Field id="service-id" label="Service id" hint="Leave it empty for a token of duly token create.">
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
        <button type="submit" class="main" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
