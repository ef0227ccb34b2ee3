import { extname } from 'node:path'

/** How a command of this program is called where it runs: by npm beside the sources, by its own name where it is installed. */
export const invocation = (): readonly string[] => (extname(__filename) === '.ts' ? ['npm', 'start', '--'] : ['npx', 'transhume'])
