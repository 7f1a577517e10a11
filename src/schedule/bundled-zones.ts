import packed from 'moment-timezone/data/packed/latest.json'
import { mergedRules, type ZoneRules, type ZoneSource } from './zone-rules.ts'

const minuteMs = 60_000
/** The package lists changes up to 2037. A zone whose last change is this late continues to change afterwards. */
const endOfData = Date.UTC(2037, 0, 1)

/** The packed data of each zone, by its name in lower case. An alias has the data of its target. */
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
 * The time zones of the npm package moment-timezone, whose releases bring new rules without a new version of Bun. Only
 * its packed data is loaded, in a fifteenth of the memory that its code needs.
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

/**
 * Unpacks `name|abbreviations|offsets|indices|steps|population`, with numbers in base 60: offsets in minutes, one digit
 * for each period as its index into the offsets, and the minutes from each change to the next.
 */
function unpack(line: string): ZoneRules {
  const [, , offsets = '', order = '', steps = ''] = line.split('|')
  // Minutes west of Greenwich, with fractions for local mean times.
  const distinct = offsets.split(' ').map((text) => 0 - Math.round(base60(text) * minuteMs))
  let at = 0
  const changes = steps === '' ? [] : steps.split(' ').map((text) => (at = Math.round(at + base60(text) * minuteMs)))
  const beyond = (changes.at(-1) ?? 0) >= endOfData ? 'runtime' : 'last'
  return mergedRules(
    changes,
    [...order].map((digit) => distinct[base60(digit)] ?? 0),
    beyond,
  )
}

/** The value of each digit, 0-9, a-z, A-X, by its character code. */
const digits = new Uint8Array(128)
for (const [value, digit] of [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX'].entries())
  digits[digit.charCodeAt(0)] = value

/** Parses a number in base 60, possibly negative or with a fraction. Some 100,000 of them are read at startup. */
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
