import { chownSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * Writes a file that only its owner may read, atomically: a crash leaves the old file or the new one. When root replaces
 * another user's file, that user remains its owner, since root may run a command on the data of that user's service.
 */
export function replacePrivateFile(file: string, text: string): void {
  const draft = writeDraft(file, text)
  const before = statSync(file, { throwIfNoEntry: false })
  if (before && before.uid !== process.getuid?.() && process.getuid?.() === 0) chownSync(draft, before.uid, before.gid)
  renameSync(draft, file)
}

/** Creates a file that only this user may read. @returns false, without writing, if the file exists */
export function createPrivateFile(file: string, text: string): boolean {
  const draft = writeDraft(file, text)
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDraft(file: string, text: string): string {
  const draft = `${file}.${process.pid}`
  rmSync(draft, { force: true })
  writeFileSync(draft, text, { mode: 0o600 })
  return draft
}
