// One script for both: each alone would hold little but what they share.
export { NewSigningKeyScreen } from './new-signing-key-screen.tsx'
export { NewTokenScreen } from './new-token-screen.tsx'
