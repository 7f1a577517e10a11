/** An option of curl or wget. */
export interface Option {
  readonly name: string
  readonly short?: string
  readonly takesValue: boolean
  /**
   * `request`: it decides what is sent, and is read. `none`: nothing of the request and of its result depends on it. `note`: what
   * is different in Duly. `reason`: why it needs a person.
   */
  readonly effect: 'request' | 'none' | { readonly note: string } | { readonly reason: string }
}

/**
 * Makes options of lines such as `d,data VALUE`: an optional short name, the long name, and a word if it takes a value.
 * @param sentence the note or the reason, with `%` for the name
 */
export function options(lines: string, effect: 'request' | 'none' | 'note' | 'reason', sentence = ''): Option[] {
  return lines
    .trim()
    .split(/\n\s*|\s*;\s*/)
    .map((line): Option => {
      const [names = '', value] = line.trim().split(' ')
      const [, short, name = ''] = /^(?:(.),)?(.+)$/.exec(names) ?? []
      const text = sentence.replaceAll('%', `${name.length > 1 ? '--' : '-'}${name}`)
      return {
        name,
        ...(short ? { short } : {}),
        takesValue: value !== undefined,
        effect: effect === 'note' ? { note: text } : effect === 'reason' ? { reason: text } : effect,
      }
    })
}
