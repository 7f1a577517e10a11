/** A command failed: exit code 1. The message is one sentence. */
export class CommandError extends Error {}

/** A command was used wrongly: exit code 2. The message is one sentence. */
export class UsageError extends CommandError {}
