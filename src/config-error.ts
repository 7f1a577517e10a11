/** A setting that does not parse. The message is one sentence: the variable, its value, and which values are allowed. */
export class ConfigError extends Error {}
