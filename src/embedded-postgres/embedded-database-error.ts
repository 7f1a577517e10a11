/** The embedded database cannot be had. Its message says why and what to do. */
export class EmbeddedDatabaseError extends Error {}
