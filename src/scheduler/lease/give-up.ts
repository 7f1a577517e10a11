import type { Log } from '../../log/log.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { Recovery } from './recovery.ts'

/** Ends a lease and closes what is still open in its replica's name, for which no call and no outcome exists any more. */
export async function giveUpLease(lease: LeaseKeeper, recovery: Recovery, log: Log): Promise<void> {
  try {
    await lease.release()
    await recovery.closeOwn()
  } catch (error) {
    log.debug({ err: error }, 'not everything open could be closed at the stop; another replica finds it')
  }
}
