/** Duly cannot work with the database. The message says why and what to do. */
export class MigrationError extends Error {}

/** Returns the error for a user of DATABASE_URL that lacks privileges on the tables. */
export const permissionDenied = ({ message }: Error) =>
  new MigrationError(
    `The user of DATABASE_URL may not use the tables of Duly (${message}): grant it select, insert, update and delete on them, and usage on their schema.`,
  )
