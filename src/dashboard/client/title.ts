import { effect, signal } from '@preact/signals'
import { visible } from './visible.ts'

const screen = signal('')

/** The name of the service whose session this is; undefined while it is not known. */
export const serviceName = signal<string | undefined>(undefined)

/** Sets what stands first in the title of the document. The service and Duly follow. */
export function setTitle(text: string): void {
  screen.value = text
}

effect(() => {
  document.title = visible([screen.value, serviceName.value, 'Duly'].filter(Boolean).join(' · '))
})
