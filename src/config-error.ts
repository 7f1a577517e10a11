/** A setting that does not parse. Its message is one sentence: the variable, what it was, what it may be. */
export class ConfigError extends Error {}
