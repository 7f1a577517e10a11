import { useEffect } from 'preact/hooks'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type RouteOf } from '../client/route.ts'
import { setTitle } from '../client/title.ts'
import { readTlsProfile, type TlsProfile } from '../client/tls-profiles.ts'
import { usePolling } from '../client/use-polling.ts'
import { tlsProfilesRoute } from '../client/used-routes.ts'
import { StaleBanner } from '../parts/stale-banner.tsx'
import { ProfileForm } from './profile-form.tsx'

const trail = (
  <p class="trail">
    <a href={hrefOf(tlsProfilesRoute)}>TLS profiles</a>
  </p>
)

/** The screen that creates a TLS profile. */
export function NewTlsProfileScreen() {
  return (
    <>
      {trail}
      <h1>New TLS profile</h1>
      <ProfileForm />
    </>
  )
}

/** The screen that shows and replaces what a TLS profile is made of. It is read once. */
export function EditTlsProfileScreen({ route: { name } }: { route: RouteOf<'edit-tls-profile'> }) {
  const mayWrite = tokenMay('write')
  const { data, problem } = usePolling((signal) => readTlsProfile(name, signal), name)
  useEffect(() => setTitle(`TLS profile ${name}`), [name])
  return (
    <>
      {trail}
      <h1>TLS profile {name}</h1>
      <StaleBanner problem={problem} />
      {!data && !problem && <p class="quiet">Loading…</p>}
      {data && (mayWrite ? <ProfileForm key={data.name} stored={data} /> : <Certificates profile={data} />)}
    </>
  )
}

/** What a TLS profile is made of, for who may not change it. */
function Certificates({ profile: { ca, certificate, private_key } }: { profile: TlsProfile }) {
  return (
    <>
      <section>
        <h2>Certificate authority</h2>
        {ca === null ? <p>Those of the system are trusted.</p> : <pre class="text">{ca}</pre>}
      </section>
      <section>
        <h2>Client certificate</h2>
        {certificate === null ? <p>None is shown to the target.</p> : <pre class="text">{certificate}</pre>}
        {private_key !== null && <p class="quiet">Its private key is stored, and never shown.</p>}
      </section>
    </>
  )
}
