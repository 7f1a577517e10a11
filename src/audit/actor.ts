import { userInfo } from 'node:os'
import type { Actor } from '../http/caller.ts'

const noDetails = { principal: null, address: null, user_agent: null, request_id: null }

/** The server itself, for changes that it makes by itself: at its start, and when a pause is over. */
export const server: Actor = { ...noDetails, actor: 'server' }

/** Returns the user who runs a command on this machine. */
export function commandLine(): Actor {
  return { ...noDetails, actor: 'command_line', principal: userName() }
}

/** Returns the name of the first token of a service in the audit: the first 8 hex digits of its hash. The token cannot be derived from it. */
export function tokenFingerprint(hash: Buffer): string {
  return hash.toString('hex', 0, 4)
}

function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    // In a container the user id may have no name.
    return String(process.getuid?.() ?? '') || null
  }
}
