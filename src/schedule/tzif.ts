import { changesOfYear, parsePosixZone } from './posix-zone.ts'
import { mergedRules, type ZoneRules } from './zone-rules.ts'

const headerBytes = 44
/** Changes by the rule in a file's footer are computed up to this year. */
const lastYear = 2500

/**
 * Parses a compiled time zone (TZif, RFC 8536), with or without a footer that holds the rule for later years.
 * @throws RangeError if the file is not TZif
 */
export function readTzif(file: Uint8Array): ZoneRules {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const first = readHeader(view, 0)
  if (first.version === 1) return mergedRules(...readBlock(view, headerBytes, first, 4), 'last')
  // In version 2 and later the data follows a second time, with 64-bit times.
  const start = headerBytes + blockBytes(first, 4)
  const header = readHeader(view, start)
  const [changes, offsets] = readBlock(view, start + headerBytes, header, 8)
  const footer = new TextDecoder().decode(file.subarray(start + headerBytes + blockBytes(header, 8)))
  addLastRule(changes, offsets, footer.trim())
  return mergedRules(changes, offsets, 'last')
}

interface Header {
  readonly version: number
  readonly utcFlags: number
  readonly standardFlags: number
  readonly leapSeconds: number
  readonly changes: number
  readonly types: number
  readonly characters: number
}

function readHeader(view: DataView, at: number): Header {
  if (view.byteLength < at + headerBytes || view.getUint32(at) !== 0x545a6966)
    throw new RangeError('not a compiled time zone: it does not begin with TZif')
  const count = (index: number) => view.getUint32(at + 20 + index * 4)
  return {
    version: view.getUint8(at + 4) === 0 ? 1 : 2,
    utcFlags: count(0),
    standardFlags: count(1),
    leapSeconds: count(2),
    changes: count(3),
    types: count(4),
    characters: count(5),
  }
}

function blockBytes(header: Header, timeBytes: number): number {
  const { changes, types, characters, leapSeconds, standardFlags, utcFlags } = header
  return changes * (timeBytes + 1) + types * 6 + characters + leapSeconds * (timeBytes + 4) + standardFlags + utcFlags
}

function readBlock(view: DataView, at: number, header: Header, timeBytes: number): [number[], number[]] {
  const types = at + header.changes * (timeBytes + 1)
  const offsetOf = (type: number) => view.getInt32(types + type * 6) * 1_000
  const changes: number[] = []
  const offsets = [offsetOf(0)]
  for (let index = 0; index < header.changes; index++) {
    const time = at + index * timeBytes
    changes.push((timeBytes === 8 ? Number(view.getBigInt64(time)) : view.getInt32(time)) * 1_000)
    offsets.push(offsetOf(view.getUint8(at + header.changes * timeBytes + index)))
  }
  return [changes, offsets]
}

/** Adds the changes after the last listed one, by the rule in the footer, to both lists. */
function addLastRule(changes: number[], offsets: number[], footer: string): void {
  if (footer === '') return
  const zone = parsePosixZone(footer)
  const last = changes.at(-1) ?? Date.UTC(1970, 0, 1)
  for (let year = new Date(last).getUTCFullYear(); year <= lastYear; year++)
    for (const { at, offset } of changesOfYear(zone, year))
      if (at > last) {
        changes.push(at)
        offsets.push(offset)
      }
}
