/** How long the first message of a group waits for further alerts, in seconds. An alert that closes meanwhile is not told. */
export const firstWaitSeconds = 30

/**
 * The least time between two messages of a group in which alerts are open, in seconds. It holds for a group that flaps as
 * well: a message that would say that alerts have opened, or that some are still open, waits until it has passed.
 */
export const changeSeconds = 300

/** How long a message waits that says that the last alert of a group has closed, in seconds. */
export const lastClosedWaitSeconds = 30
