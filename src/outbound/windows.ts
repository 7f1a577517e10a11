import { Window } from './window.ts'

/** How many calls to one target may be in flight while its answers come quickly. */
const ofTarget = 32
/** The same for one address and port, which several names may have. */
const ofAddress = 64
const ofTargets = new Map<string, Window>()
const ofAddresses = new Map<string, Window>()

/** The window of a target. @param target host and port, as the URL of the task has them */
export const windowOfTarget = (target: string): Window => windowIn(ofTargets, target, ofTarget)

/** The window of an address. @param address with its port */
export const windowOfAddress = (address: string): Window => windowIn(ofAddresses, address, ofAddress)

/** Windows exist while calls are in flight or wait. */
function windowIn(windows: Map<string, Window>, key: string, least: number): Window {
  let window = windows.get(key)
  if (!window) {
    const made = new Window(least, () => {
      if (windows.get(key) === made) windows.delete(key)
    })
    window = made
    windows.set(key, window)
  }
  return window
}
