import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTzif } from './tzif.ts'
import type { ZoneRules, ZoneSource } from './zone-rules.ts'

/**
 * Returns the compiled time zones of a directory such as /usr/share/zoneinfo, which the operating system's package tzdata
 * installs.
 * @returns undefined if the directory does not exist or does not contain its release number
 */
export function systemZones(directory: string): ZoneSource | undefined {
  const version = readVersion(directory)
  if (version === undefined) return undefined
  let names: Map<string, string> | undefined
  const known = () => {
    names ??= new Map(listZones(directory).map((zone) => [zone.toLowerCase(), zone]))
    return names
  }
  const spelling = (name: string) => known().get(name.toLowerCase())
  return {
    version,
    origin: directory,
    spelling,
    names: () => known().values(),
    rules: (zone) => {
      const name = spelling(zone)
      return name === undefined ? undefined : readRules(join(directory, name))
    },
  }
}

/**
 * Reads the release from the first line of `tzdata.zi` (`# version 2026b`), or from `+VERSION`, which some systems have
 * instead.
 */
function readVersion(directory: string): string | undefined {
  for (const name of ['tzdata.zi', '+VERSION']) {
    const text = readIfPresent(join(directory, name))?.subarray(0, 100).toString('latin1')
    const version = text && /\b(\d{4}[a-z]{1,2})\b/.exec(text)?.[1]
    if (version) return version
  }
  return undefined
}

/** Lists the zones of a directory, without the copies in `posix` and (with leap seconds) `right`. */
function listZones(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!posix\/|right\/)[A-Z][\w+-]*(\/[\w+-]+)*$/.test(name),
  )
}

/** Reads one zone. Returns undefined if the file cannot be read or is not a compiled zone; the next source is then used. */
function readRules(file: string): ZoneRules | undefined {
  try {
    return readTzif(readFileSync(file))
  } catch {
    return undefined
  }
}

function readIfPresent(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
