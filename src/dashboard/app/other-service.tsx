import { useEffect } from 'preact/hooks'
import { tryCredentials } from '../client/api.ts'
import { replaceRoute } from '../client/navigation.ts'
import { operatorCredentials } from '../client/operator.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { signIn, switchTo } from '../client/session.ts'
import { setTitle } from '../client/title.ts'
import { SignInForm } from './sign-in.tsx'

interface OtherProps {
  /** The id of the service that the link names. */
  readonly linked: string
  /** The service that is shown, by its name or the beginning of its id. */
  readonly own: string
  readonly route: Route
}

/** In place of the screen of a link to a service that the reader is not signed in to. An operator may open each that there is. */
export function OtherService({ linked, own, route }: OtherProps) {
  useEffect(() => {
    setTitle('Another service')
    const operator = operatorCredentials()
    if (!operator) return
    const credentials = { ...operator, serviceId: linked }
    // An answer that comes after the reader has gone elsewhere changes nothing.
    let isLeft = false
    tryCredentials(credentials).then(
      () => {
        if (isLeft) return
        replaceRoute(route)
        switchTo(credentials)
      },
      // There is no such service, or no answer: what stands here says what can be done.
      () => {},
    )
    return () => {
      isLeft = true
    }
  }, [linked])
  return (
    <div class="sign-in">
      <h1>Another service</h1>
      <p>
        This link is of the service <code>{linked}</code>, and you are not signed in to it. Nothing was looked for in{' '}
        <bdi>{own}</bdi>: <a href={hrefOf(route)}>look there</a>, or sign in to the service of the link.
      </p>
      <SignInForm serviceId={linked} verb="Sign in" onSignedIn={signIn} />
    </div>
  )
}
