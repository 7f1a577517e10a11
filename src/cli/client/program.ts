import { Command } from 'commander'
import { version } from '../../../package.json'
import { exitCodes } from '../run-program.ts'
import { alertCommand } from './alert.ts'
import { alertPolicyCommand } from './alert-policy.ts'
import { alertSilenceCommand } from './alert-silence.ts'
import { applyCommand } from './apply.ts'
import { calendarCommand } from './calendar.ts'
import { channelCommand } from './channel.ts'
import { completionCommand } from './completion.ts'
import { contextCommand } from './context.ts'
import { executionsCommand } from './executions.ts'
import { exportCommand } from './export.ts'
import { flowCommand } from './flow.ts'
import { importCommand } from './import.ts'
import { loginCommand } from './login.ts'
import { notificationCommand } from './notification.ts'
import { overviewCommand } from './overview.ts'
import { planCommand } from './plan.ts'
import { schemaCommand } from './schema.ts'
import { secretCommand } from './secret.ts'
import { signingKeyCommand } from './signing-key.ts'
import { taskCommand } from './task.ts'
import { taskSetCommand } from './task-set.ts'
import { tlsProfileCommand } from './tls-profile.ts'
import { tokenCommand } from './token.ts'
import { verifyCommand } from './verify.ts'

/** Commands that call the API of a running Duly, and need nothing else of it. To add one, write its file and add it here. */
export const clientCommands = [
  taskCommand,
  planCommand,
  applyCommand,
  exportCommand,
  taskSetCommand,
  schemaCommand,
  executionsCommand,
  overviewCommand,
  importCommand,
  loginCommand,
  contextCommand,
  tokenCommand,
  secretCommand,
  flowCommand,
  calendarCommand,
  tlsProfileCommand,
  signingKeyCommand,
  verifyCommand,
  alertCommand,
  alertPolicyCommand,
  alertSilenceCommand,
  channelCommand,
  notificationCommand,
  completionCommand,
]

/** Creates the program that is published by itself: the commands that call a running Duly. */
export function clientProgram(): Command {
  const program = new Command('duly')
    .description('Manages the tasks of a running Duly, which calls HTTP endpoints when they are due.')
    .version(version)
    .addHelpText('after', `\n${exitCodes}`)
  for (const command of clientCommands) program.addCommand(command())
  return program
}
