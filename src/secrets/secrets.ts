import type { FieldError } from '../formats/field-error.ts'
import { headerPath } from '../formats/json-pointer.ts'
import { mask } from '../formats/secret-mask.ts'
import { keyedHash, keyIdOf, open, type SecretKey, seal } from './key.ts'
import type { Keyring } from './keyring.ts'
import type { SecretNames } from './names.ts'
import { isBareReference, mayRefer, referenceFault, referredNames } from './references.ts'

type Header = Readonly<Record<string, string>>

/** Sealed values by the name of their header in lower case. */
export type SealedHeader = Readonly<Record<string, string>>

/** The task that a sealed value belongs to. The value cannot be opened for another one. */
interface Binding {
  readonly service_id: string
  readonly task_id: string
}

/** Request headers to be stored. */
export interface StoredHeader {
  /** Secret values are masked. */
  readonly header: Header
  readonly sealed: SealedHeader
  /** The names, in lower case, of headers sent as the mask. Their stored values remain. */
  readonly retained: readonly string[]
  /** The references of the other headers to named secrets. */
  readonly uses: readonly SecretUse[]
}

/** A reference of a request header to a named secret. */
export interface SecretUse {
  /** The name of the header, in lower case. */
  readonly header: string
  /** The name of the secret. */
  readonly name: string
}

/** Request headers to be sent. */
export interface OpenedHeader {
  readonly header: Header
  /** The secret values among them, by name in lower case. */
  readonly secret: ReadonlyMap<string, string>
  /** Secret texts that are parts of these values. */
  readonly alsoSecret: readonly string[]
  /** Whether a value may refer to named secrets. */
  readonly refers: boolean
}

/** Returns the error for a header that was sent as the mask while no value is stored for it. */
export const nothingStored = (name: string): FieldError => ({
  path: headerPath(name),
  message: `is ${mask}, which keeps a stored value, and there is none: send the value itself`,
})

/** A sealed value cannot be opened. The message says why, and does not contain the value. */
export class SealedError extends Error {}

/** Seals the secret values of request headers before they are stored, and opens them before they are sent. */
export class Secrets {
  /** @param keyring undefined if there is no key; secret headers are then rejected */
  constructor(
    readonly names: SecretNames,
    readonly keyring: Keyring | undefined,
  ) {}

  /**
   * Returns the errors of headers that are to be stored: a mask without a stored value, a reference that names no secret, or a
   * secret without a key. Whether the named secrets exist is not checked.
   * @param isNew true for a new task, for which no value is stored yet
   */
  check(header: Header, isNew: boolean): FieldError[] {
    return Object.entries(header).flatMap(([name, value]) => {
      if (value === mask) return isNew ? [nothingStored(name)] : []
      const fault = referenceFault(value)
      if (fault !== undefined) return [{ path: headerPath(name), message: fault }]
      return this.keyring === undefined && this.names.has(name)
        ? [
            {
              path: headerPath(name),
              message:
                'can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY',
            },
          ]
        : []
    })
  }

  /**
   * Seals the secret values of headers that `check` has accepted, and masks them. A value that only refers to a named secret is
   * not secret.
   * @param also names in lower case that are secret in addition to `names`, such as those that used to be
   * @throws SealedError if there is no key
   */
  seal(binding: Binding, header: Header, also: { has(name: string): boolean } = none): StoredHeader {
    const sealed: [string, string][] = []
    const retained: string[] = []
    const uses: SecretUse[] = []
    const shown = Object.entries(header).map(([name, value]) => {
      const lower = name.toLowerCase()
      for (const secret of referredNames(value)) uses.push({ header: lower, name: secret })
      if (value === mask) retained.push(lower)
      else if ((this.names.has(name) || also.has(lower)) && !isBareReference(value))
        sealed.push([lower, seal(this.#current(), value, bindingText(binding, lower))])
      else return [name, value]
      return [name, mask]
    })
    // Object.fromEntries rather than assignment, because a header may be named __proto__.
    return { header: Object.fromEntries(shown), sealed: Object.fromEntries(sealed), retained, uses }
  }

  /** Seals a text. @param place names where it is stored, and must be the same when it is opened @throws SealedError without a key */
  sealText(place: string, text: string): string {
    return seal(this.#current(), text, place)
  }

  /** Opens what `sealText` has sealed. @param what names it in errors, such as `the secret TOKEN` @throws SealedError */
  openText(place: string, sealed: string, what: string): string {
    return this.#open(sealed, what, place)
  }

  /** Whether this server has a key, without which nothing can be sealed. */
  get canSeal(): boolean {
    return this.keyring !== undefined
  }

  /** Returns the values of sealed headers, by name in lower case. @throws SealedError */
  open(binding: Binding, sealed: SealedHeader): Map<string, string> {
    return new Map(
      Object.entries(sealed).map(
        ([name, value]) => [name, this.#open(value, theHeader(name), bindingText(binding, name))] as const,
      ),
    )
  }

  /**
   * Returns stored headers with each mask replaced by its value. A secret header stored in clear is returned as it is:
   * a version of Duly without encryption wrote it, so that a sealed value is older.
   * @throws SealedError
   */
  openHeader(binding: Binding, header: Header, sealed: SealedHeader | null): OpenedHeader {
    if (isEmpty(header)) return noHeader
    const secret = new Map<string, string>()
    let refers = false
    const opened = Object.entries(header).map(([name, value]) => {
      const lower = name.toLowerCase()
      const own = sealed && value === mask && Object.hasOwn(sealed, lower) ? sealed[lower] : undefined
      if (own === undefined && !this.names.has(name)) {
        refers ||= mayRefer(value)
        return [name, value]
      }
      if (own === undefined && value === mask) throw cannotDecrypt(theHeader(lower))
      const clear = own === undefined ? value : this.#open(own, theHeader(lower), bindingText(binding, lower))
      refers ||= mayRefer(clear)
      secret.set(lower, clear)
      return [name, clear]
    })
    return { header: Object.fromEntries(opened), secret, alsoSecret: [], refers }
  }

  /**
   * Returns the keyed hash of a text that contains secrets under each key, the current key first. An earlier hash of the
   * same text is one of them.
   */
  hashes(text: string): Buffer[] {
    return (this.keyring?.keys() ?? []).map((key) => keyedHash(key, `duly request ${text}`))
  }

  /** Reports whether this server has the key with this id. */
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

  #open(sealed: string, what: string, binding: string): string {
    const id = keyIdOf(sealed)
    const key = this.#find(id)
    if (!key)
      throw new SealedError(
        `${what} is encrypted with the key ${id}, which this server does not have: it must be in SECRET_KEY or SECRET_KEY_OLD`,
      )
    try {
      return open(key, sealed, binding)
    } catch {
      throw cannotDecrypt(what)
    }
  }
}

const theHeader = (name: string) => `the header ${name}`

const cannotDecrypt = (what: string) =>
  new SealedError(`${what} cannot be decrypted: its stored value was changed; set it again`)

const noHeader: OpenedHeader = { header: {}, secret: new Map(), alsoSecret: [], refers: false }

function isEmpty(header: Header): boolean {
  for (const _ in header) return false
  return true
}

const none: ReadonlySet<string> = new Set()

/** The additional authenticated data of a header. In lower case, because clients may write the task's id in upper case. */
const bindingText = ({ service_id, task_id }: Binding, name: string) => `${service_id}/${task_id}/${name}`.toLowerCase()
