import { runProgram } from '../run-program.ts'
import { clientProgram } from './program.ts'

// Entry point of the published client, which runs on Node, on Bun, and as a binary.

await runProgram(clientProgram(), process.argv.slice(2))
