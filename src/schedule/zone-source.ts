import { bundledZones } from './bundled-zones.ts'
import { systemZones } from './system-zones.ts'
import type { ZoneRules, ZoneSource } from './zone-rules.ts'

/** In order of preference: the newest release of the system, if it is newer than the bundled one, then the bundled one. */
let sources: readonly ZoneSource[] = [bundledZones]
const cachedRules = new Map<string, ZoneRules | undefined>()

/**
 * Selects the source of time zone rules: the directory with the newest release if it is newer than the bundled release,
 * else the bundled one, which also supplies the zones that the directory lacks.
 * @param directories directories of compiled zones, such as /usr/share/zoneinfo; they need not exist
 */
export function useNewestZones(directories: readonly string[]): void {
  const newer = directories
    .map(systemZones)
    .filter((source): source is ZoneSource => source !== undefined && source.version > bundledZones.version)
    .sort((one, other) => (one.version < other.version ? 1 : -1))
  sources = [...newer.slice(0, 1), bundledZones]
  cachedRules.clear()
}

/** Returns the release in use, as shown at startup, by `duly version` and in /metrics. */
export function zoneRelease(): Pick<ZoneSource, 'version' | 'origin'> {
  const { version, origin } = sources[0] ?? bundledZones
  return { version, origin }
}

/** Returns the rules of a zone from a cache, or undefined if no source has the zone. */
export function zoneRules(zone: string): ZoneRules | undefined {
  if (!cachedRules.has(zone))
    cachedRules.set(
      zone,
      firstOf((source) => source.rules(zone)),
    )
  return cachedRules.get(zone)
}

/** Returns the official spelling of a zone's name in any case, or undefined if no source has the zone. */
export function zoneSpelling(name: string): string | undefined {
  return firstOf((source) => source.spelling(name))
}

/** Returns the names of all zones of all sources, including aliases. */
export function zoneNames(): ReadonlySet<string> {
  return new Set(sources.flatMap((source) => [...source.names()]))
}

/** Returns the first result that is not undefined, in the order of the sources. */
function firstOf<T>(ask: (source: ZoneSource) => T | undefined): T | undefined {
  for (const source of sources) {
    const answer = ask(source)
    if (answer !== undefined) return answer
  }
  return undefined
}
