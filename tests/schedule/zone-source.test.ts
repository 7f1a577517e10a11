import { afterEach, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundledZones } from '../../src/schedule/bundled-zones.ts'
import { cronNext } from '../../src/schedule/cron-next.ts'
import { systemZones } from '../../src/schedule/system-zones.ts'
import { runtimeSpan, spanAt } from '../../src/schedule/zone.ts'
import { useNewestZones, zoneRelease } from '../../src/schedule/zone-source.ts'
import { temporaryFolder } from '../support/process.ts'
import { compiledZones } from '../support/zones.ts'

const dayMs = 86_400_000
afterEach(() => useNewestZones([]))

/** A directory such as /usr/share/zoneinfo, of a release, in which each zone has the rules of another one. */
function zoneinfo(version: string, zones: Record<string, string>): string {
  const directory = temporaryFolder()
  for (const [zone, rules] of Object.entries(zones)) {
    mkdirSync(dirname(join(directory, zone)), { recursive: true })
    cpSync(join(compiledZones, rules), join(directory, zone))
  }
  writeFileSync(join(directory, 'tzdata.zi'), `# version ${version}\n# comment\n`)
  return directory
}

test.each([
  // The zones whose governments decided in 2026, after the data that is built into Bun.
  ['America/Vancouver', '16:00'],
  ['America/Edmonton', '15:00'],
  ['America/Inuvik', '15:00'],
  ['America/Winnipeg', '14:00'],
  ['America/Havana', '13:00'],
  ['Africa/Casablanca', '09:00'],
  ['Canada/Pacific', '16:00'],
  // And some that did not change.
  ['America/Los_Angeles', '17:00'],
  ['Europe/Berlin', '08:00'],
  ['Australia/Sydney', '22:00'],
])('nine o’clock of December 2026 in %s is %s UTC', (zone, expected) => {
  const time = cronNext('0 9 * * *', zone, Date.parse('2026-12-10T00:00:00Z')) ?? 0
  expect(new Date(time).toISOString().slice(11, 16)).toBe(expected)
})

test('the bundled release is 2026b or newer', () => {
  expect(bundledZones.version >= '2026b').toBe(true)
  expect(zoneRelease()).toEqual({ version: bundledZones.version, origin: 'bundled' })
})

test('the bundled rules agree with the runtime for past years and beyond the end of the bundled data', () => {
  const differ = new Set<string>()
  for (const zone of Intl.supportedValuesOf('timeZone'))
    for (const [from, until] of [
      [Date.UTC(2000, 0, 1), Date.UTC(2026, 0, 1)],
      [Date.UTC(2036, 0, 1), Date.UTC(2050, 0, 1)],
    ] as const)
      for (let time = from; time < until; time += 17 * dayMs)
        if (spanAt(zone, time).offset !== runtimeSpan(zone, time).offset) differ.add(zone)
  const decided = ['Africa/Casablanca', 'Africa/El_Aaiun', 'America/Edmonton', 'America/Inuvik']
  expect([...differ].sort()).toEqual([...decided, 'America/Vancouver', 'America/Winnipeg'])
})

test('the spans of a zone are contiguous, also where the bundled data ends', () => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Vancouver', 'UTC']) {
    let span = spanAt(zone, Date.UTC(2030, 0, 1))
    for (let next = span.next; next && next.start < Date.UTC(2060, 0, 1); next = span.next) {
      expect([next.start, next.offset === span.offset]).toEqual([span.end, false])
      span = next
    }
    expect(span.end).toBeGreaterThan(Date.UTC(2059, 0, 1))
  }
})

test('compiled zones are parsed correctly, including the rule for the years after the last change', () => {
  const zones = systemZones(zoneinfo('2099a', {}))
  expect(zones?.rules('Europe/Berlin')).toBeUndefined()
  const system = systemZones(zoneinfo('2099a', Object.fromEntries(stable.map((zone) => [zone, zone]))))
  for (const zone of stable) {
    const rules = system?.rules(zone)
    for (let time = Date.UTC(1995, 0, 1); time < Date.UTC(2090, 0, 1); time += 9 * dayMs) {
      const index = rules?.changes.filter((change) => change <= time).length ?? -1
      expect([zone, time, rules?.offsets[index]]).toEqual([zone, time, runtimeSpan(zone, time).offset])
    }
  }
})
/** With summer time, without, with half an hour of it, with a winter time that is the exception, with changes at odd hours. */
const stable = [
  ...['Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Europe/Dublin', 'America/Santiago', 'America/Nuuk'],
  ...['Pacific/Chatham', 'America/New_York', 'Etc/GMT+5'],
]

test('a directory with a newer release is used, and zones that it lacks come from the bundled release', () => {
  const directory = zoneinfo('2099a', { 'Europe/Berlin': 'Asia/Kolkata', 'Mars/Olympus_Mons': 'Asia/Tokyo' })
  useNewestZones(['/nonexistent', zoneinfo('2098z', { 'Europe/Berlin': 'Asia/Tokyo' }), directory])
  expect(zoneRelease()).toEqual({ version: '2099a', origin: directory })
  const at = Date.UTC(2026, 6, 1)
  expect(spanAt('europe/berlin', at).offset).toBe(5.5 * 3_600_000)
  expect(spanAt('Mars/Olympus_Mons', at).offset).toBe(9 * 3_600_000)
  expect(spanAt('Europe/Paris', at).offset).toBe(2 * 3_600_000)
})

test('a directory with an older, the same or no release is not used', () => {
  const zones = { 'Europe/Berlin': 'Asia/Kolkata' }
  const nameless = zoneinfo('(unknown)', zones)
  expect(existsSync(join(nameless, 'Europe/Berlin'))).toBe(true)
  useNewestZones([zoneinfo('2025b', zones), zoneinfo(bundledZones.version, zones), nameless])
  expect(zoneRelease().origin).toBe('bundled')
  expect(spanAt('Europe/Berlin', Date.UTC(2026, 6, 1)).offset).toBe(2 * 3_600_000)
})

test('a file that is not a compiled zone is ignored', () => {
  const directory = zoneinfo('2099a', {})
  mkdirSync(join(directory, 'Europe'))
  writeFileSync(join(directory, 'Europe/Berlin'), 'TZif? no')
  writeFileSync(join(directory, 'Europe/Paris'), '')
  useNewestZones([directory])
  expect(spanAt('Europe/Berlin', Date.UTC(2026, 6, 1)).offset).toBe(2 * 3_600_000)
  expect(spanAt('Europe/Paris', Date.UTC(2026, 6, 1)).offset).toBe(2 * 3_600_000)
})
