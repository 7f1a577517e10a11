/** What the API shows in place of a secret value; sent back in an update, it keeps that value. */
export const mask = '********'
