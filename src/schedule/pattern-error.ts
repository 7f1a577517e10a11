/** The text is not a cron pattern. The message follows the name of the field that contains the text. */
export class PatternError extends Error {}
