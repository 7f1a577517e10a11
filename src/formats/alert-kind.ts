/** The kinds of alerts. */
export const alertKinds = ['failing', 'late', 'long', 'outage', 'channel'] as const
