import type { Command } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import { checkedHotspots } from '../../lib/hotspot/hotspotOptions'
import type { Seed } from '../../lib/random/random'
import { fleetChart } from '../../lib/report/fleetChart'
import { clock } from '../../lib/report/fleetWords'
import { formatBytes } from '../../lib/report/numbers'
import { type InputError, isInputError, refusals } from '../experiment/inputError'
import { assumedMove, type MoveCost, movesBy } from '../managers/movesBy'
import { namedManagers } from '../managers/namedManagers'
import { isSourceFault } from '../monitors/sourceFault'
import { action, type Ending, ended, refused } from './action'
import { seedFrom } from './flags'
import { manageChoice } from './manageChoice'
import { managedDayOf } from './manageDay'
import { drawManaged, writeManageLog, wrongManageFiles } from './manageFiles'
import { addManageFlags, type ManageFlags, readManageFlags, type Wishes } from './manageFlags'
import { managersIn } from './managersIn'
import { manageStudy } from './manageStudy'
import { manageText } from './manageText'
import { terminalLine } from './progress'
import { runManagers } from './runManagers'

/** Adds `manage`: a fleet's day under several managers, side by side. */
export const addManageCommand = (program: Command): Command =>
  addManageFlags(
    program
      .command('manage')
      .description(
        'a fleet’s day of VMs under several managers, side by side: hotspots, overload, moves and what they cost, energy; a log of decisions in words, and a picture'
      )
  )
    .addHelpText('after', examples)
    .action(action((signal, _flags: ManageFlags, command: Command) => manage(command.optsWithGlobals(), signal)))

const examples = `
Examples:
  transhume manage
  transhume manage --managers nobody,sandpiper --log - --svg day.svg
  transhume manage --trace planetlab/20110303 --vms 300 --hosts 40 --technique post-copy
  transhume manage --vms 40 --hosts 4 --drain host0 --drain-at 6h --managers sandpiper,optimal
  transhume manage --manager-module mine.ts --json
  transhume manage --study`

const manage = async (given: ManageFlags, signal: AbortSignal): Promise<Ending> => {
  const errors: InputError[] = []
  const wishes = readManageFlags(given, errors)
  if (errors.length > 0) return refused(...errors)
  const seed = seedFrom(given.seed) ?? 1
  if (given.study === true) return manageStudy(wishes, { seed, quiet: given.quiet === true, signal })
  const hotspots = refusals('--threshold, --k, --n', () => hotspotsOf(wishes))
  if (isInputError(hotspots)) return refused(hotspots)
  const made = managedDayOf(wishes, seed)
  if (isLeft(made)) return refused(...made.left)
  const { day, sentence, source } = made.right
  const line = terminalLine({ quiet: given.quiet === true })
  const moves = movesOf(wishes, seed)
  if (isLeft(moves)) return refused(moves.left)
  const own = wishes.managerModule === undefined ? right([]) : await managersIn(wishes.managerModule)
  if (isLeft(own)) return refused(...own.left)
  const chosen = manageChoice([...namedManagers, ...own.right], wishes, { day, hotspots })
  if (isLeft(chosen)) return refused(chosen.left)
  const { managers, leftOut } = chosen.right
  const names = managers.map(({ name }) => name)
  errors.push(...wrongManageFiles(wishes, { force: given.force === true, isChart: given.chart === true, names }))
  if (errors.length > 0) return refused(...errors)
  const drawn = wishes.manager ?? (names.includes('sandpiper') ? 'sandpiper' : names[names.length - 1])
  const isOwn = (name: string): boolean => wishes.manager === undefined || name === wishes.manager
  const ran = await runManagers(day, managers, {
    moveCost: moves.right.cost,
    parallel: wishes.parallel,
    hotspots,
    keeps: (name) => (wishes.svg !== undefined || given.chart === true) && name === drawn,
    logs: (name) => wishes.log !== undefined && isOwn(name),
    line,
    signal
  }).catch(faulty)
  line.clear()
  if (ran === undefined) return { type: 'interrupted' }
  if (isInputError(ran)) return refused(ran)
  const all = ran
  const picture = all.find(({ name }) => name === drawn)
  if (picture !== undefined) drawManaged(picture, { wishes, day, hotspots, sentence, source, seed })
  writeManageLog(
    wishes.log,
    all.filter(({ name }) => isOwn(name)),
    `${sentence}; seed ${JSON.stringify(seed)}`
  )
  const drained = (wishes.drain ?? []).map((name) => ({ name, host: day.hosts.findIndex((host) => host.name === name) }))
  const drains = wishes.drain === undefined ? '' : `, ${wishes.drain.join(', ')} drained from ${clock(wishes.drainAt)} on`
  const notes = notesOf(wishes, moves.right.sentence)
  process.stdout.write(
    `${manageText(wishes.format, { sentence: `${sentence}${drains}, under ${managers.length} manager${managers.length === 1 ? '' : 's'}`, source, seed, leftOut, drained, notes }, all)}\n`
  )
  if (picture !== undefined && given.chart === true && wishes.format === 'text')
    process.stdout.write(`\n${drawn}:\n${fleetChart(day, { hotspots })(picture.rows)}\n`)
  return ended
}

/** What a manager of the user's does wrong. */
const faulty = (error: unknown): InputError => {
  if (isSourceFault(error)) return error.input
  throw error
}

const hotspotsOf = ({ threshold, k, n }: Wishes): HotspotOptions => {
  checkedHotspots({ threshold, k, n })
  return { threshold, k, n, window: Math.max(12, n) }
}

const movesOf = (
  { moves, technique, link: bytesPerSecond }: Wishes,
  seed: Seed
): Either<InputError, { readonly cost: MoveCost; readonly sentence: string }> => {
  const energy = 'Energy of moves besides that of hosts, by bytes (Liu et al., HPDC 2011; its figures are recalled, unverified)'
  if (moves === 'assumed')
    return right({
      cost: assumedMove,
      sentence: `Moves are assumed to take memory / 62.5 MB/s and to stop nothing, as CloudSim has them. ${energy}.`
    })
  const cost = movesBy(technique, { bytesPerSecond, seed })
  if (isLeft(cost)) return left({ path: '--technique', expected: `one of ${cost.left.join(', ')}`, got: JSON.stringify(technique) })
  return right({
    cost: cost.right,
    sentence: `Each move is carried out by ${technique} in a simulated data centre, over ${formatBytes(bytesPerSecond)}/s that a host’s moves share, the VM writing its memory as it uses its CPU. ${energy}.`
  })
}

const notesOf = ({ threshold, k, n, parallel }: Wishes, moves: string): readonly string[] => [
  `Hotspots: hosts of which at a look more than ${threshold * 100} % of the CPU (or of the network card, where it has a limit) is wanted, and was at ${k} of the last ${n} looks, and is predicted to be by the last ${Math.max(12, n)}: one definition for all managers. Overloaded: more is wanted than there is.`,
  `${moves} A host takes part in at most ${parallel} at once. Down: all moves together; longest: of one. Work lost: of what VMs wanted, for want of CPU and by moves.`,
  'Energy: SPECpower_ssj2008 of HP ProLiant ML110 G4 (Xeon 3040) and G5 (Xeon 3075), linear between tenths of the load, as CloudSim 4.0 has them; a host without VMs is off. Refused: commands that could not be obeyed.'
]
