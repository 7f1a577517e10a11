import type { KeptConnections, Lane } from './kept-connections.ts'
import type { Place } from './window.ts'

/** A request that was answered. It holds its connection and its place in the window of the address until `end`. */
export class Exchange {
  /**
   * @param connections where the lane of the call is given back, if its connection may be kept
   */
  constructor(
    readonly response: Response,
    readonly place: Place,
    readonly connections?: KeptConnections,
    readonly lane?: Lane,
  ) {}

  /** Called once the body has been read or dropped. @param whole false when it broke off, so that its connection is closed */
  end(whole: boolean): void {
    if (this.lane)
      this.connections?.giveBack(this.lane, whole && !/\bclose\b/i.test(this.response.headers.get('connection') ?? ''))
    this.place.leave()
  }
}
