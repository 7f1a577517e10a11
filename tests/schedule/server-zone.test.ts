import { expect, test } from 'bun:test'
import { join } from 'node:path'

async function timesWith(TZ: string) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'print-times.ts')], {
    env: { ...Bun.env, TZ },
    stdout: 'pipe',
  })
  const printed = await new Response(child.stdout).json()
  expect(await child.exited).toBe(0)
  return printed
}

test('times do not depend on the time zone of the server', async () => {
  const [utc, newYork, lordHowe] = await Promise.all(['UTC', 'America/New_York', 'Australia/Lord_Howe'].map(timesWith))
  // The children did run in three zones.
  expect(new Set([utc.ownNoon, newYork.ownNoon, lordHowe.ownNoon]).size).toBe(3)
  expect(utc.times.flat().length).toBeGreaterThan(5_000)
  expect(newYork.times).toEqual(utc.times)
  expect(lordHowe.times).toEqual(utc.times)
  expect(newYork.lists).toEqual(utc.lists)
  expect(lordHowe.lists).toEqual(utc.lists)
})
