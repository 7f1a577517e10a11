import { expect, test } from 'bun:test'
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addStoredKey, openKeyring } from '../../src/secrets/keyring.ts'

const embedded = () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'duly-keys-'))
  return { secretKeys: [], databaseUrl: undefined, dataDir }
}

test.skipIf(process.getuid?.() !== 0)('a key that root adds stays readable for the user whose service it is', () => {
  const config = embedded()
  openKeyring(config)
  const file = join(config.dataDir, 'secret-keys.json')
  chownSync(file, 65_534, 65_534)
  addStoredKey(config.dataDir)
  const { uid, gid, mode } = statSync(file)
  rmSync(config.dataDir, { recursive: true })
  expect([uid, gid, mode & 0o777]).toEqual([65_534, 65_534, 0o600])
})

test('a key file that was unusable for a while is read again when it is valid', () => {
  const config = embedded()
  const keyring = openKeyring(config)
  const [first] = keyring?.keys() ?? []
  const file = join(config.dataDir, 'secret-keys.json')
  addStoredKey(config.dataDir)
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, 'bad')
  utimesSync(file, 1e9, 1e9)
  expect(keyring?.keys()).toEqual([first] as never)
  writeFileSync(file, good)
  // Its owner or mode was what was wrong: neither moves its time.
  utimesSync(file, 1e9, 1e9)
  expect(keyring?.keys()).toHaveLength(2)
  rmSync(config.dataDir, { recursive: true })
})
