import packed from 'moment-timezone/data/packed/latest.json'
import { mergedRules, type ZoneRules, type ZoneSource } from './zone-rules.ts'

const minuteMs = 60_000
/** The package has changes until here; the clocks of a zone that changes as late as this go on changing after it. */
const endOfData = Date.UTC(2037, 0, 1)

/** Each zone's packed line by its name in lower case; an alias stands for its target's line. */
const lines = new Map<string, { readonly name: string; readonly line: string }>()
for (const line of packed.zones) {
  const name = line.slice(0, line.indexOf('|'))
  lines.set(name.toLowerCase(), { name, line })
}
for (const link of packed.links) {
  const [target = '', name = ''] = link.split('|')
  const line = lines.get(target.toLowerCase())?.line
  if (line !== undefined) lines.set(name.toLowerCase(), { name, line })
}

/**
 * The zones of the npm package moment-timezone. Only its data is loaded: a fifteenth of the memory that its code takes.
 * A new release of the package brings new rules without a new Bun.
 */
export const bundledZones: ZoneSource = {
  version: packed.version,
  origin: 'bundled',
  rules: (zone) => {
    const found = lines.get(zone.toLowerCase())
    return found && unpack(found.line)
  },
  spelling: (name) => lines.get(name.toLowerCase())?.name,
  names: () => lines.values().map(({ name }) => name),
}

/** A line is `name|abbreviations|offsets|which offset, a digit each|minutes between changes|population`, in base 60. */
function unpack(line: string): ZoneRules {
  const [, , offsets = '', order = '', steps = ''] = line.split('|')
  // Minutes west of Greenwich; local mean times have fractions.
  const known = offsets.split(' ').map((text) => 0 - Math.round(base60(text) * minuteMs))
  let at = 0
  const changes = steps === '' ? [] : steps.split(' ').map((text) => (at = Math.round(at + base60(text) * minuteMs)))
  const beyond = (changes.at(-1) ?? 0) >= endOfData ? 'runtime' : 'last'
  return mergedRules(
    changes,
    [...order].map((digit) => known[base60(digit)] ?? 0),
    beyond,
  )
}

/** The value of each digit, 0-9, a-z, A-X, by its character code. */
const digits = new Uint8Array(128)
for (const [value, digit] of [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX'].entries())
  digits[digit.charCodeAt(0)] = value

/** A number in base 60, with a fraction if need be. The start reads some 100,000 of them. */
function base60(text: string): number {
  const isNegative = text.charCodeAt(0) === 0x2d
  let number = 0
  let scale = 0
  for (let at = isNegative ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x2e) scale = 1
    else if (scale === 0) number = number * 60 + (digits[code] ?? 0)
    else {
      scale *= 60
      number += (digits[code] ?? 0) / scale
    }
  }
  return isNegative ? -number : number
}
