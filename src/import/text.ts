/**
 * A text of an input: characters that are known, and references to values that are not in the input. Importers keep the two
 * apart, so that a value which only the cluster or the machine knows is never taken for text.
 */
export type Text = readonly Part[]

/** A part of a text: characters, or a reference. */
export type Part = string | Reference

/** A reference to a value that the input does not contain. */
export interface Reference {
  /** The name of the named secret or of the variable: `SHOP_API_TOKEN`. */
  readonly name: string
  /** `secret`: to be stored as a named secret. `variable`: to be filled in when the tasks file is applied. */
  readonly kind: 'secret' | 'variable'
  /** Where the value is, for people: `key token of Secret shop/api`. */
  readonly from: string
  /**
   * The value is the base64 of this text, as `Authorization: Basic` needs it of `user:password`. Missing: the value is what
   * stands at `from`.
   */
  readonly basicOf?: Text
}

/** A value of a variable of the environment: a text, or the reason why its value cannot be known. */
export type Value = Text | { readonly unknown: string }

/** The variables of an environment, by name. A name that is missing is not set. */
export type Environment = ReadonlyMap<string, Value>

/** Returns the characters of a text without references; undefined if it has some. */
export function plainText(text: Text): string | undefined {
  return text.every((part) => typeof part === 'string') ? text.join('') : undefined
}
