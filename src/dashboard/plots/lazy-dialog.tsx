import { later } from '../parts/later.tsx'

/** The dialog that moves and spreads runs, with two plots. */
export const MoveDialog = later(async () => (await import('./move-dialog.tsx')).MoveDialog)
