/** Where an interval goes on after a slot that started late: on the times it had, or counted anew from that start. */
export const phaseChoices = ['keep', 'restart'] as const

/** What an interval does after a late slot. */
export type Phase = (typeof phaseChoices)[number]
