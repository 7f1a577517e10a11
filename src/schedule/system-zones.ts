import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTzif } from './tzif.ts'
import type { ZoneRules, ZoneSource } from './zone-rules.ts'

/**
 * The compiled zones of a directory such as /usr/share/zoneinfo, as the operating system's package tzdata installs them.
 * @returns undefined when there is no such directory, or when it does not say which release it has
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

/** `tzdata.zi` begins with `# version 2026b`; some systems have a file `+VERSION` in its place. */
function readVersion(directory: string): string | undefined {
  for (const name of ['tzdata.zi', '+VERSION']) {
    const text = readIfPresent(join(directory, name))?.subarray(0, 100).toString('latin1')
    const version = text && /\b(\d{4}[a-z]{1,2})\b/.exec(text)?.[1]
    if (version) return version
  }
  return undefined
}

/** `posix` and `right` hold the same zones once more, the latter with leap seconds. */
function listZones(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!posix\/|right\/)[A-Z][\w+-]*(\/[\w+-]+)*$/.test(name),
  )
}

/** Undefined for a file that is no zone or cannot be read, so that the next source is asked. */
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
