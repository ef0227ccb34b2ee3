import { type Either, left, right } from 'fp-ts/lib/Either'
import { link } from '../../lib/network/link'
import type { Seed } from '../../lib/random/random'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import { usualSender } from '../experiment/experiment'
import { techniqueOf } from '../experiment/techniqueOf'
import { furtherTechniques, techniques } from '../experiment/techniques'
import { moveJoules } from './moveJoules'
import { simulatedMove } from './simulatedMove'

/** What a move costs. */
export type MoveCost = FleetDayOptions['moveCost']

/** CloudSim 4.0's moves: a VM's memory at half of 1 Gbit/s, and nothing else happens (PowerDatacenter); their energy is `moveJoules`. */
export const assumedMove: MoveCost = (_, { memoryBytes }) => ({
  ns: (memoryBytes / CLOUDSIM_RATE) * 1e9,
  downtimeNs: 0,
  bytes: memoryBytes,
  joules: moveJoules(memoryBytes)
})

const CLOUDSIM_RATE = 62.5 * 2 ** 20

/** Techniques by which moves can be made, by name: those of `compare`, but the one that has to be told which pages were used last. */
export const moveTechniques = () => [...techniques(), ...furtherTechniques()].filter(({ name }) => name !== 'post-copy-lru')

/**
 * Moves by a technique of that name (hyphens may be left out), each carried out in the simulated data centre over a link of so many bytes per second; or the names that there are. `ran` is told after each run how many there were. See `simulatedMove`.
 */
export const movesBy = (
  technique: string,
  { bytesPerSecond, seed, ran }: { readonly bytesPerSecond: number; readonly seed: Seed; readonly ran?: (runs: number) => void }
): Either<readonly string[], MoveCost> => {
  const all = moveTechniques()
  const found = all.find(({ name }) => plain(name) === plain(technique))
  if (found === undefined) return left(all.map(({ name }) => name))
  const { config } = found
  const known = {
    recentlyUsed: (): never => {
      throw new RangeError(`movesBy: technique must be one that needs not know which pages were used last (got ${technique})`)
    }
  }
  const sender = usualSender(config)
  return right(
    simulatedMove({ pipeline: techniqueOf(config, known), link: link({ bytesPerSecond }), seed, ran, ...(sender && { sender }) })
  )
}

const plain = (name: string): string => name.toLowerCase().replaceAll('-', '')
