/**
 * Chromium under a POSIX locale says `en-US@posix`, which is no language tag: Intl throws at it, and uPlot asks Intl with it
 * as it is loaded, which would leave an empty page. To be imported before anything else.
 */
function nameLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-GB' })
  }
}

nameLanguage()
