import { chownSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * Writes a file that only this user may read; a kill leaves the old one or the new one. One of another user stays that
 * user's: root may run a command beside that user's service.
 */
export function replacePrivateFile(file: string, text: string): void {
  const draft = writeDraft(file, text)
  const before = statSync(file, { throwIfNoEntry: false })
  if (before && before.uid !== process.getuid?.() && process.getuid?.() === 0) chownSync(draft, before.uid, before.gid)
  renameSync(draft, file)
}

/** Writes a file that only this user may read, unless there is one. @returns false when another process was first */
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
