import { joinParts } from '../shell/expand-word.ts'
import type { Text } from '../text.ts'

/** Headers that belong to the connection: Duly sets them itself. */
const ofConnection = /^(connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|proxy-connection)$/i

/** The headers of a request, each once. Headers of options win over those that a program adds. */
export class HeaderLines {
  readonly notes: string[] = []
  readonly reasons: string[] = []
  readonly #own = new Map<string, { readonly name: string; readonly value: Text }>()
  readonly #removed = new Set<string>()
  host: string | undefined

  /** Reads a line such as `Name: value`, `Name;` (empty) or `Name:` (not sent). */
  line(line: Text, program: 'curl' | 'wget'): void {
    const [first = ''] = line
    if (typeof first !== 'string') {
      this.reasons.push('A header begins with a value that is not known: its name must stand in the command.')
      return
    }
    if (program === 'curl' && first.startsWith('@')) {
      this.reasons.push(`-H ${first}: the headers are in a file. Write them into the command.`)
      return
    }
    const empty = /^([^:;]+);\s*$/.exec(first)
    if (empty && line.length === 1 && program === 'curl') {
      this.#set((empty[1] as string).trim(), [''])
      return
    }
    const [, name = '', rest = ''] = /^([^:]*):[ \t]*(.*)$/s.exec(first) ?? []
    if (program === 'curl' && /^\s/.test(name))
      this.notes.push(
        `-H ${JSON.stringify(name)}: curl sends the blank before the name too, so that servers ignore or refuse the header. The task sends it without.`,
      )
    if (name.trim() === '') {
      this.reasons.push(`The header ${JSON.stringify(first.slice(0, 60))} has no name before a colon.`)
      return
    }
    const value = trimEnd(joinParts([rest, ...line.slice(1)]))
    if (value.length === 1 && value[0] === '') this.#remove(name.trim())
    else this.#set(name.trim(), value)
  }

  /** Whether a header was given, or removed. */
  has(name: string): boolean {
    return this.#own.has(name.toLowerCase()) || this.#removed.has(name.toLowerCase())
  }

  /** Adds a header that the program sends unless an option gives or removes it. */
  add(name: string, value: Text): void {
    if (!this.has(name)) this.#own.set(name.toLowerCase(), { name, value })
  }

  /** The headers by name. */
  entries(): Readonly<Record<string, Text>> {
    return Object.fromEntries([...this.#own.values()].map(({ name, value }) => [name, value]))
  }

  #remove(name: string): void {
    const lower = name.toLowerCase()
    this.#removed.add(lower)
    if (/^(accept|user-agent)$/.test(lower))
      this.notes.push(`The command sends no header ${name}; Duly sends one of its own.`)
    else if (lower === 'host') this.reasons.push('The command sends no header Host; Duly always sends one.')
  }

  #set(name: string, value: Text): void {
    const lower = name.toLowerCase()
    if (lower === 'host') {
      const [host] = value
      if (value.length > 1 || typeof host !== 'string')
        this.reasons.push('The header Host has a value that is not known.')
      else if (this.host !== undefined && this.host !== host) this.reasons.push('The header Host is given twice.')
      else this.host = host
      return
    }
    if (ofConnection.test(name)) {
      this.notes.push(`The header ${name} is left out: it belongs to the connection, and Duly sets it itself.`)
      return
    }
    if (lower === 'content-length') {
      this.notes.push('The header Content-Length is left out: Duly counts the payload itself.')
      return
    }
    const other = this.#own.get(lower)
    if (other && JSON.stringify(other.value) !== JSON.stringify(value))
      this.reasons.push(`The header ${name} is given twice with different values; a task has each header once.`)
    else if (other) this.notes.push(`The header ${name} is given twice with the same value; it is sent once.`)
    this.#own.set(lower, { name, value })
  }
}

function trimEnd(text: Text): Text {
  const last = text.at(-1)
  return typeof last === 'string' ? joinParts([...text.slice(0, -1), last.replace(/[ \t\r\n]+$/, '')]) : text
}
