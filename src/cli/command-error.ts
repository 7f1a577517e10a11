/** A command that cannot do what it was asked for. Its message is one sentence. */
export class CommandError extends Error {}
