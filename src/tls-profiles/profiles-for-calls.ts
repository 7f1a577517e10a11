import type { Sql } from '../database/sql.ts'
import type { CallTls } from '../outbound/call-tls.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import { ServiceCache } from '../secrets/service-cache.ts'
import { readProfiles, type StoredProfile } from './queries.ts'

/** A TLS profile, or why its key cannot be opened. */
interface Opened {
  readonly revision: string
  readonly tls: CallTls | SealedError
}

/** The TLS profiles of services, for the calls of a replica. A change reaches calls within about a second. */
export class ProfilesForCalls {
  readonly #cache: ServiceCache<ReadonlyMap<string, Opened>>
  #opened = 0

  constructor(
    readonly sql: Sql,
    readonly secrets: Secrets,
  ) {
    this.#cache = new ServiceCache((serviceId, before) => this.#read(serviceId, before ?? new Map()))
  }

  /**
   * Returns how a call connects with a TLS profile; undefined when the service has none of this name.
   * @throws SealedError for a key that cannot be opened, and the driver's error when the database cannot be read
   */
  async find(serviceId: string, name: string): Promise<CallTls | undefined> {
    const tls = (await this.#cache.get(serviceId)).get(name)?.tls
    if (tls instanceof SealedError) throw tls
    return tls
  }

  async #read(serviceId: string, before: ReadonlyMap<string, Opened>): Promise<ReadonlyMap<string, Opened>> {
    // What could not be opened is read again: the key may have been added.
    const known = [...before].filter(([, { tls }]) => !(tls instanceof SealedError))
    const revisions = Object.fromEntries(known.map(([name, { revision }]) => [name, revision]))
    const stored = await readProfiles(this.sql, serviceId, revisions)
    return new Map(
      stored.map((profile) => [
        profile.name,
        profile.changed
          ? { revision: profile.revision, tls: this.#open(serviceId, profile) }
          : (before.get(profile.name) as Opened),
      ]),
    )
  }

  #open(serviceId: string, { name, ca, certificate, sealed_key }: StoredProfile): CallTls | SealedError {
    try {
      // Numbered, so that a profile that was changed, or created again, shares no connection with the one before.
      const id = `${serviceId} ${name} ${++this.#opened}`
      const place = placeOf('tls_profile', serviceId, name)
      const key = sealed_key && this.secrets.openText(place, sealed_key, `the key of the TLS profile ${name}`)
      return { id, ...(ca === null ? {} : { ca }), ...(certificate && key ? { cert: certificate, key } : {}) }
    } catch (error) {
      if (error instanceof SealedError) return error
      throw error
    }
  }
}
