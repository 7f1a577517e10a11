/** What the API shows in place of a secret value. Sent back in an update, it keeps the stored value. */
export const mask = '********'
