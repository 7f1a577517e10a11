import { headerPath } from '../formats/json-pointer.ts'
import type { FieldError } from '../http/errors.ts'
import { keyedHash, keyIdOf, open, type SecretKey, seal } from './key.ts'
import type { Keyring } from './keyring.ts'
import type { SecretNames } from './names.ts'

/** What stands for a secret value wherever it is shown; sent back, it keeps the value. */
export const mask = '********'

type Header = Readonly<Record<string, string>>

/** Sealed values by the name of their header in lower case. */
export type SealedHeader = Readonly<Record<string, string>>

/** Whose header it is: a sealed value opens there only. */
export interface Place {
  readonly service_id: string
  readonly task_id: string
}

/** Request headers as they are kept. */
export interface StoredHeader {
  /** Secret values are masked. */
  readonly header: Header
  readonly sealed: SealedHeader
  /** Names in lower case whose value was the mask: what is stored for them stays. */
  readonly kept: readonly string[]
}

/** Request headers as they are sent. */
export interface OpenedHeader {
  readonly header: Header
  /** What is secret in them, by name in lower case. */
  readonly secret: ReadonlyMap<string, string>
}

/** The error of a masked header for which nothing is stored. */
export const nothingStored = (name: string): FieldError => ({
  path: headerPath(name),
  message: `is ${mask}, which keeps a stored value, and there is none: send the value itself`,
})

/** A value that cannot be opened; its message says why, and nothing of the value. */
export class SealedError extends Error {}

/** Request headers with what is secret in them: sealed where they are kept, opened where they are sent. */
export class Secrets {
  /** @param keyring undefined: nothing can be sealed */
  constructor(
    readonly names: SecretNames,
    readonly keyring: Keyring | undefined,
  ) {}

  /**
   * What is wrong with the secret values of headers that are to be kept.
   * @param isNew nothing is stored that a mask could stand for
   */
  check(header: Header, isNew: boolean): FieldError[] {
    return Object.entries(header).flatMap(([name, value]) => {
      if (value === mask) return isNew ? [nothingStored(name)] : []
      return this.keyring === undefined && this.names.has(name)
        ? [
            {
              path: headerPath(name),
              message: 'is kept encrypted only, and this server has no key for that: it must be given a SECRET_KEY',
            },
          ]
        : []
    })
  }

  /**
   * Splits headers that were checked into what is shown and what is sealed.
   * @param also names in lower case that are secret although they are not, or no longer, on the list
   */
  seal(place: Place, header: Header, also: { has(name: string): boolean } = nothing): StoredHeader {
    const sealed: [string, string][] = []
    const kept: string[] = []
    const shown = Object.entries(header).map(([name, value]) => {
      const lower = name.toLowerCase()
      if (value === mask) kept.push(lower)
      else if (this.names.has(name) || also.has(lower))
        sealed.push([lower, seal(this.#current(), value, placeOf(place, lower))])
      else return [name, value]
      return [name, mask]
    })
    // Not by assignment: a header may be named __proto__.
    return { header: Object.fromEntries(shown), sealed: Object.fromEntries(sealed), kept }
  }

  /** The value of each sealed header. @throws SealedError */
  open(place: Place, sealed: SealedHeader): Map<string, string> {
    return new Map(
      Object.entries(sealed).map(([name, value]) => [name, this.#open(value, name, placeOf(place, name))] as const),
    )
  }

  /**
   * The headers with the values that their masks stand for. One in clear is sent as it is: a version that knows of no
   * secrets wrote it, and the sealed one is older.
   * @throws SealedError
   */
  openHeader(place: Place, header: Header, sealed: SealedHeader | null): OpenedHeader {
    if (isEmpty(header)) return noHeader
    const secret = new Map<string, string>()
    const opened = Object.entries(header).map(([name, value]) => {
      const lower = name.toLowerCase()
      const own = sealed && value === mask && Object.hasOwn(sealed, lower) ? sealed[lower] : undefined
      if (own === undefined && !this.names.has(name)) return [name, value]
      if (own === undefined && value === mask) throw changed(lower)
      const clear = own === undefined ? value : this.#open(own, lower, placeOf(place, lower))
      secret.set(lower, clear)
      return [name, clear]
    })
    return { header: Object.fromEntries(opened), secret }
  }

  /** A hash for each key under which a text with secrets may have been hashed, the one of the current key first. */
  hashes(text: string): Buffer[] {
    return (this.keyring?.keys() ?? []).map((key) => keyedHash(key, `duly request ${text}`))
  }

  hasKey(id: string): boolean {
    return this.#find(id) !== undefined
  }

  #find(id: string): SecretKey | undefined {
    return this.keyring?.keys().find((key) => key.id === id)
  }

  #current(): SecretKey {
    if (this.keyring === undefined) throw new SealedError('There is no SECRET_KEY to seal with.')
    return this.keyring.keys()[0]
  }

  #open(sealed: string, name: string, place: string): string {
    const id = keyIdOf(sealed)
    const key = this.#find(id)
    if (!key)
      throw new SealedError(
        `the header ${name} is encrypted with the key ${id}, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD`,
      )
    try {
      return open(key, sealed, place)
    } catch {
      throw changed(name)
    }
  }
}

const changed = (name: string) =>
  new SealedError(`the header ${name} cannot be decrypted: its stored value was changed; set it anew`)

const noHeader: OpenedHeader = { header: {}, secret: new Map() }

function isEmpty(header: Header): boolean {
  for (const _ in header) return false
  return true
}

const nothing: ReadonlySet<string> = new Set()

/** In lower case, as the database gives it: whoever names a task may write its id in upper case. */
const placeOf = ({ service_id, task_id }: Place, name: string) => `${service_id}/${task_id}/${name}`.toLowerCase()
