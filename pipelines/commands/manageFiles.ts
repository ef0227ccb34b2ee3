import { existsSync, writeFileSync } from 'node:fs'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import type { Seed } from '../../lib/random/random'
import { fleetSvg } from '../../lib/report/fleetSvg'
import type { InputError } from '../experiment/inputError'
import type { ManagedDay } from '../managers/managedDay'
import type { Wishes } from './manageFlags'
import type { Managed } from './runManagers'

/** What is wrong with the files that are to be written, and with whose they are to be. */
export const wrongManageFiles = (
  { log, svg, format, manager, from, until }: Wishes,
  { force, isChart, names }: { readonly force: boolean; readonly isChart: boolean; readonly names: readonly string[] }
): readonly InputError[] => [
  ...Object.entries({ '--log': log, '--svg': svg }).flatMap(([path, file]) =>
    file !== undefined && file !== '-' && existsSync(file) && !force
      ? [{ path, expected: 'a file that does not exist yet', got: file, hint: 'name another, or add --force to replace it' }]
      : []
  ),
  ...(isChart && format !== 'text' ? [{ path: '--chart', expected: 'to stand beside --format text', got: format }] : []),
  ...(log === '-' && format !== 'text' ? [{ path: '--log', expected: `a file, beside --format ${format}`, got: '-' }] : []),
  ...(manager !== undefined && !names.includes(manager)
    ? [{ path: '--manager', expected: `one of ${names.join(', ')}`, got: JSON.stringify(manager) }]
    : []),
  ...(from !== undefined && until !== undefined && until <= from
    ? [{ path: '--until', expected: 'a time after --from', got: 'one before it' }]
    : [])
]

/** What a picture is of. */
export type ManagedDrawing = {
  readonly wishes: Wishes
  readonly day: ManagedDay
  readonly hotspots: HotspotOptions
  readonly sentence: string
  readonly source: string
  readonly seed: Seed
}

/** Writes the picture of a manager's day; says so on standard error. */
export const drawManaged = (
  { name, rows }: Managed,
  { wishes: { svg, from, until }, day, hotspots, sentence, source, seed }: ManagedDrawing
): void => {
  if (svg === undefined) return
  const title = `Hosts over time under ${name}: ${sentence}; seed ${JSON.stringify(seed)}`
  writeFileSync(svg, fleetSvg(day, { from, until, hotspots, title, caption: [source] })(rows))
  process.stderr.write(`the picture of ${name}: ${svg}\n`)
}

/** Writes what was decided in words, or prints it; says so on standard error. */
export const writeManageLog = (file: string | undefined, all: readonly Managed[], about: string): void => {
  if (file === undefined) return
  const text = all
    .map(({ name, log }) =>
      [`${name}: ${about}`, ...(log.length === 0 ? ['nothing was decided, and there was nothing to decide'] : log)].join('\n')
    )
    .join('\n\n')
  if (file === '-') process.stdout.write(`${text}\n\n`)
  else {
    writeFileSync(file, `${text}\n`)
    process.stderr.write(`the log of ${all.map(({ name }) => name).join(', ')}: ${file}\n`)
  }
}
