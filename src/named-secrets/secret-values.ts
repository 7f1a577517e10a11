import type { Sql } from '../database/sql.ts'
import { resolveReferences, UnresolvedReference } from '../secrets/references.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { type OpenedHeader, SealedError, type Secrets } from '../secrets/secrets.ts'
import { ServiceCache } from '../secrets/service-cache.ts'
import { readSecrets } from './queries.ts'

/** A named secret, and its value or why it cannot be opened. */
interface Opened {
  readonly version: number
  readonly value: string | SealedError
}

/** The named secrets of services, for the calls of a replica. A new value reaches calls within about a second. */
export class SecretValues {
  readonly #cache: ServiceCache<ReadonlyMap<string, Opened>>

  constructor(
    readonly sql: Sql,
    readonly secrets: Secrets,
  ) {
    this.#cache = new ServiceCache((serviceId, before) => this.#read(serviceId, before ?? new Map()))
  }

  /**
   * Replaces the references in request headers by the values of named secrets.
   * @throws SealedError for a value that cannot be opened, UnresolvedReference for a secret that does not exist, and the driver's
   * error when the database cannot be read
   */
  async resolve(serviceId: string, opened: OpenedHeader): Promise<OpenedHeader> {
    const values = await this.#cache.get(serviceId)
    const secret = new Map(opened.secret)
    const used = new Set(opened.alsoSecret)
    let refers = false
    const lookUp = (name: string) => {
      refers = true
      const found = values.get(name)?.value
      if (found === undefined)
        throw new UnresolvedReference(`there is no secret ${name}: set it with PUT /secrets/${name}`)
      if (typeof found !== 'string') throw found
      used.add(found)
      return found
    }
    const header = Object.entries(opened.header).map(([name, value]) => {
      refers = false
      const resolved = resolveReferences(value, lookUp)
      if (refers) secret.set(name.toLowerCase(), resolved)
      return [name, resolved]
    })
    return { header: Object.fromEntries(header), secret, alsoSecret: [...used], refers: false }
  }

  async #read(serviceId: string, before: ReadonlyMap<string, Opened>): Promise<ReadonlyMap<string, Opened>> {
    // What could not be opened is read again: the key may have been added.
    const known = [...before].filter(([, { value }]) => typeof value === 'string')
    const versions = Object.fromEntries(known.map(([name, { version }]) => [name, version]))
    const stored = await readSecrets(this.sql, serviceId, versions)
    return new Map(
      stored.map(({ name, version, sealed }) => [
        name,
        sealed === null ? (before.get(name) as Opened) : { version, value: this.#open(serviceId, name, sealed) },
      ]),
    )
  }

  #open(serviceId: string, name: string, sealed: string): string | SealedError {
    try {
      return this.secrets.openText(placeOf('secret', serviceId, name), sealed, `the secret ${name}`)
    } catch (error) {
      if (error instanceof SealedError) return error
      throw error
    }
  }
}
