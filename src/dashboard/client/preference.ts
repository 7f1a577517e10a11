import { signal } from '@preact/signals'

/** A choice of the reader that this browser keeps. */
export interface Preference {
  readonly value: string
  set(value: string): void
}

/**
 * A choice of the reader that this browser keeps, for all services. It is no secret. Reading it in a component renders that
 * again when it changes.
 * @param usual the value that is not stored
 */
export function preference(name: string, usual: string): Preference {
  const key = `duly.${name}`
  const now = signal(read(key) ?? usual)
  addEventListener('storage', (event: StorageEvent) => {
    if (event.key === key) now.value = event.newValue ?? usual
  })
  return {
    get value() {
      return now.value
    },
    set(value) {
      now.value = value
      try {
        if (value === usual) localStorage.removeItem(key)
        else localStorage.setItem(key, value)
      } catch {
        // It may be forbidden to store anything: then the choice lasts as long as the page.
      }
    },
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
