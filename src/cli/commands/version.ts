import { Command } from 'commander'
import { version } from '../../../package.json'
import { processConfig } from '../../config/config.ts'
import { useNewestZones, zoneRelease } from '../../schedule/zone-source.ts'
import { writeJson, writeLine } from '../output.ts'
import { printableLines } from '../printable.ts'

/** Creates `duly version`. */
export function versionCommand(): Command {
  return new Command('version')
    .description('Show the versions of Duly, Bun and the time zone rules.')
    .option('--json', 'print JSON for scripts')
    .action(({ json }: { json?: boolean }) => {
      useNewestZones(processConfig().zoneDirectories)
      const zones = zoneRelease()
      if (json) return writeJson({ duly: version, bun: Bun.version, time_zones: zones })
      return writeLine(
        printableLines(
          `Duly        ${version}\nBun         ${Bun.version}\nTime zones  ${zones.version} (${zones.origin})`,
        ),
      )
    })
}
