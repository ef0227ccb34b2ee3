import { kitCommandLine } from '../../../properties/commands/kitCommandLine'
import { type Said, saidBy } from '../../pipelines/terminal'

/** Performs a command of the kit in this process, its output caught and its exit code taken back. */
export const said = (...words: readonly string[]): Promise<Said> => saidBy(kitCommandLine(), words)
