import { mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { serviceUrl } from '../config/client-settings.ts'
import { isUuid } from '../formats/uuid.ts'
import { replacePrivateFile } from '../process/private-file.ts'
import { CommandError, UsageError } from './command-error.ts'
import { printable } from './printable.ts'

/** A service that this user has logged in to. */
export interface Context {
  /** URL of Duly, without a slash at the end. */
  readonly url: string
  /** Undefined for a token that names its service by itself. */
  readonly serviceId: string | undefined
  readonly token: string
}

/** All contexts of this user, and the name of the one that commands use unless told otherwise. */
export interface Contexts {
  readonly current: string | undefined
  readonly byName: ReadonlyMap<string, Context>
}

const none: Contexts = { current: undefined, byName: new Map() }
const othersMayRead = 0o077

/** Returns the path of the file that holds the contexts. */
export const contextFile = (folder: string) => join(folder, 'config.json')

/**
 * Reads the contexts of this user.
 * @returns no contexts when there is no file
 * @throws CommandError when other users may read the file, or it holds something else
 */
export function readContexts(folder: string): Contexts {
  const file = contextFile(folder)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) return none
  if (process.platform !== 'win32' && (stats.mode & othersMayRead) !== 0)
    throw new CommandError(
      `${printable(file)} holds tokens, and other users of this machine may open it (mode ${(stats.mode & 0o777).toString(8)}): run chmod 600 on it.`,
    )
  return parseContexts(file, readFileSync(file, 'utf8'))
}

/** Replaces the contexts atomically. Only this user may read the file and its folder. */
export function writeContexts(folder: string, { current, byName }: Contexts): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const contexts = Object.fromEntries(
    [...byName].map(([name, { url, serviceId, token }]) => [name, { url, service_id: serviceId, token }]),
  )
  replacePrivateFile(target(contextFile(folder)), `${JSON.stringify({ current, contexts }, null, 2)}\n`)
}

/**
 * Finds a context by its name.
 * @throws UsageError when there is none of this name
 */
export function findContext(contexts: Contexts, name: string): Context {
  const found = contexts.byName.get(name)
  if (found) return found
  const names = [...contexts.byName.keys()]
  throw new UsageError(
    names.length === 0
      ? `There is no context ${printable(name)}: duly login creates one.`
      : `There is no context ${printable(name)}: there are ${printable(names.join(', '))}.`,
  )
}

/** Throws UsageError unless a text can be the name of a context. */
export function requireContextName(name: string): void {
  if (!/^[\w.:@-]{1,100}$/.test(name))
    throw new UsageError('The name of a context must be 1 to 100 letters, digits or any of . _ : @ -')
}

/** Returns the file itself where a path is a symbolic link, so that the link stays. */
function target(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

function parseContexts(file: string, text: string): Contexts {
  try {
    const { current, contexts } = JSON.parse(text) as { current?: unknown; contexts: Record<string, unknown> }
    if (current !== undefined && typeof current !== 'string') throw new SyntaxError()
    return { current, byName: new Map(Object.entries(contexts).map(([name, value]) => [name, parseContext(value)])) }
  } catch {
    // Without the parser's message: it quotes the file, which holds tokens.
    throw new CommandError(
      `${printable(file)} does not hold {"current": "…", "contexts": {…}} as duly login writes it: restore it, or delete it and log in again.`,
    )
  }
}

function parseContext(value: unknown): Context {
  const { url, service_id, token } = value as Record<string, unknown>
  const base = typeof url === 'string' ? serviceUrl(url) : undefined
  if (base === undefined || typeof token !== 'string' || token === '') throw new SyntaxError()
  if (service_id !== undefined && (typeof service_id !== 'string' || !isUuid(service_id))) throw new SyntaxError()
  return { url: base, serviceId: service_id?.toLowerCase(), token }
}
