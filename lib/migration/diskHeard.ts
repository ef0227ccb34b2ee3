import * as O from 'fp-ts/lib/Option'
import type { Signal } from '../protocol/signal'
import { type DiskRules, pushOfBlocks } from './diskRules'
import type { ForecastOptions, ForecastRules } from './forecastOptions'
import { type Heard, leftSoFar } from './forecastState'

/**
 * What a forecast knows of a disk that comes along: its blocks as those of a memory, whether its rounds are over (`mirrored`), and whether, since the guest stands still, it is known
 * which are to be drained (`logged`).
 */
export type DiskHeard = { readonly blocks: Heard; readonly mirrored: boolean; readonly logged: boolean }

/** How a disk comes along where nobody has said: before a push continuously, before a pull in rounds, and with a copy alone not before the guest stands still. @internal */
export const diskRulesOf = ({
  disk = {},
  pushes = true,
  follows
}: ForecastOptions): DiskRules & Required<Pick<DiskRules, 'mirror' | 'start'>> => ({
  ...disk,
  mirror: disk.mirror ?? (pushes ? 'continuously' : follows === 'pull' ? 'rounds' : 'paused'),
  start: disk.start ?? 'ahead'
})

/** The rules of the blocks' rounds, as those of a push. @internal */
export const blockRules = (options: ForecastOptions): ForecastRules => pushOfBlocks(diskRulesOf(options))

/**
 * What is known of the disk after a signal: what speaks of blocks is heard as a push hears it (`heardOf`), and so are the stages that memory and disk have in common. `memory` is what is known of the
 * memory by then. @internal
 */
export const hearDisk = (
  before: DiskHeard,
  signal: Signal,
  memory: Pick<Heard, 'left'>,
  options: ForecastOptions,
  heardOf: (heard: Heard, signal: Signal, options: ForecastOptions) => Heard
): DiskHeard => {
  const speaksOfBlocks = 'of' in signal && signal.of === 'disk'
  if (!speaksOfBlocks && !shared.has(signal.type)) {
    const mirrored = before.mirrored || (memory.left !== undefined && diskRulesOf(options).start === 'ahead')
    return mirrored === before.mirrored ? before : { ...before, mirrored }
  }
  const rules = blockRules(options)
  const blocks = heardOf(before.blocks, signal, { rules })
  if (blocks === before.blocks) return before
  if (signal.type === 'suspended') return { blocks, mirrored: true, logged: false }
  if (blocks.stage === 'stopped')
    return { ...before, blocks, logged: before.logged || signal.type === 'synced' || signal.type === 'selected' }
  if (signal.type !== 'synced') return { ...before, blocks }
  // Between two sends of a mirror that keeps up nothing may be under way for a while.
  const rested = { ...blocks, sample: { ...leftSoFar(blocks), at: blocks.at } }
  return { ...before, blocks: rested, mirrored: before.mirrored || isOver(blocks, rules) }
}

const shared: ReadonlySet<Signal['type']> = new Set<Signal['type']>(['preselected', 'reserved', 'suspended', 'failed', 'released'])

const isOver = ({ pushed }: Heard, { until }: ForecastRules): boolean =>
  pushed !== null && (O.isSome(until(pushed)) || (pushed.last.pages === 0 && pushed.previous?.pages === 0))
