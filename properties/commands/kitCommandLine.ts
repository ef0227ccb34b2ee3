import type { Command } from 'commander'
import { commandLine } from '../../pipelines/commands/commandLine'
import { addCheckCommand } from './checkCommand'
import { addCheckFleetCommand } from './checkFleetCommand'
import { addExploreCommand } from './exploreCommand'
import { addMuseumCommand } from './museumCommand'
import { addPropertiesCommand } from './propertiesCommand'

/** The whole command line: that of the pipelines, and the commands of the verification kit. */
export const kitCommandLine = (): Command => {
  const program = commandLine()
  addCheckCommand(program)
  addCheckFleetCommand(program)
  addPropertiesCommand(program)
  addExploreCommand(program)
  addMuseumCommand(program)
  return program
}
