import { bundledZones } from './bundled-zones.ts'
import { systemZones } from './system-zones.ts'
import type { ZoneRules, ZoneSource } from './zone-rules.ts'

/** The release whose rules are used, for people: shown at the start, by the command line and in /metrics. */
export interface ZoneRelease {
  readonly version: string
  /** `bundled`, or the directory it was read from. */
  readonly origin: string
}

/** The first one that has a zone is asked: the newest release, then the bundled one. */
let sources: readonly ZoneSource[] = [bundledZones]
const read = new Map<string, ZoneRules | undefined>()

/**
 * Takes the rules of time zones from the first of these directories whose release is newer than the bundled one; from the
 * bundled one when none is.
 * @param directories compiled zones, as in /usr/share/zoneinfo; those that do not exist are passed over
 */
export function useNewestZones(directories: readonly string[]): void {
  const newer = directories
    .map(systemZones)
    .filter((source): source is ZoneSource => source !== undefined && source.version > bundledZones.version)
    .sort((one, other) => (one.version < other.version ? 1 : -1))
  sources = [...newer.slice(0, 1), bundledZones]
  read.clear()
}

/** The release in use. */
export function zoneRelease(): ZoneRelease {
  const { version, origin } = sources[0] ?? bundledZones
  return { version, origin }
}

/** The rules of a zone, read once; undefined for a zone that no source has. */
export function zoneRules(zone: string): ZoneRules | undefined {
  if (!read.has(zone))
    read.set(
      zone,
      firstOf((source) => source.rules(zone)),
    )
  return read.get(zone)
}

/** A zone's name as the database spells it, found in any case; undefined for what no source has. */
export function zoneSpelling(name: string): string | undefined {
  return firstOf((source) => source.spelling(name))
}

/** Every zone of every source, aliases too, each once. */
export function zoneNames(): ReadonlySet<string> {
  return new Set(sources.flatMap((source) => [...source.names()]))
}

function firstOf<T>(ask: (source: ZoneSource) => T | undefined): T | undefined {
  for (const source of sources) {
    const answer = ask(source)
    if (answer !== undefined) return answer
  }
  return undefined
}
