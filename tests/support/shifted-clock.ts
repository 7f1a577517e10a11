/** Loaded before the service, it sets this process's clock wrong by CLOCK_OFF_MS; the monotonic clock stays right. */
const off = Number(process.env.CLOCK_OFF_MS)
const RightDate = Date

class WrongDate extends RightDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(RightDate.now() + off)
    else super(...(given as [number]))
  }
  static override now(): number {
    return RightDate.now() + off
  }
}
globalThis.Date = WrongDate as DateConstructor
