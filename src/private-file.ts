import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Writes a file that only this user may read; a kill leaves the old one or the new one. */
export function replacePrivateFile(file: string, text: string): void {
  renameSync(writeDraft(file, text), file)
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
