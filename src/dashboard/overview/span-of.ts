/** The times between which runs of an hour or a day are listed. @param length in ms */
export const spanOf = (at: string, length: number) => ({ from: iso(Date.parse(at)), to: iso(Date.parse(at) + length) })

/** To the second, as routes have it. */
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
