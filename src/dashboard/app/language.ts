/**
 * Chromium under a POSIX locale reports `en-US@posix`, which is not a valid language tag. uPlot passes it to Intl while it
 * loads, and the error would leave an empty page. Must be imported first.
 */
function nameLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-GB' })
  }
}

nameLanguage()
