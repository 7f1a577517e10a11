/** A command that cannot do what it was asked for. Its message is one sentence. */
export class CommandError extends Error {}

/** A command that was not given as it has to be: exit code 2. Its message is one sentence. */
export class UsageError extends CommandError {}
