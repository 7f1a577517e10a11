/** One value in the query of an address. */
export interface Param<T> {
  /** Returns the value for the text in the query, '' if there is none. A text that is not allowed counts as none. */
  read(text: string): T
  /** Returns the text for the query, or '' if the value needs none. */
  write(value: T): string
}

/** A param that takes any text. */
export const text: Param<string> = { read: (value) => value, write: (value) => value }

/** A param that takes the texts for which `isAllowed` returns true. */
export function textIf(isAllowed: (value: string) => boolean): Param<string> {
  return { ...text, read: (value) => (isAllowed(value) ? value : '') }
}

/** A text that is looked for, as it stands. Where the screen has a search, words in it are read, too. */
export const searched: Param<string> = { ...text, read: (value) => value.slice(0, 200) }

/** A page number, counted from 1. The query does not hold `usual`. */
export function pageNumber(usual: 0 | 1): Param<number> {
  return {
    read: (value) => (/^[1-9]\d{0,6}$/.test(value) ? Number(value) : usual),
    write: (value) => (value === usual ? '' : String(value)),
  }
}

/** Whether a text may be a host, with its port or without. */
export const isHost = (value: string): boolean => /^[^\s/?#@]{1,260}$/.test(value)
/** Whether a text may be the name of a flow, of a calendar or of a TLS profile. */
export const isFlowName = (value: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(value)
/** Whether a text may be the status code of an answer. */
export const isStatusCode = (value: string): boolean => /^[1-9]\d\d$/.test(value)
