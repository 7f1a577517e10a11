import { showErrorToast, showToast } from './toast.tsx'

/**
 * Copies a text, and says so.
 * @param copied what to say then
 * @param refused what to say where the browser does not let the page: without HTTPS, it may not
 */
export async function copyText(text: string, copied: string, refused: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast(copied)
  } catch {
    showErrorToast(refused)
  }
}
