import * as pageSequence from '../../../lib/memory/pageSequence'
import * as pageSet from '../../../lib/memory/pageSet'
import type { Order, Request } from '../../../lib/protocol/command'
import type { Step } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { key, split, uniformInt } from '../../../lib/random/random'

/**
 * A pipeline that gives any orders on any lanes, whatever it hears: what a world and an explorer make of nonsense must be the same. After 40 orders it ends. The
 * same seed, the same orders.
 */
export const fuzzed =
  (seed: number): Pipeline =>
  ({ pages }) => {
    const chances = split(key(seed), 'fuzzed')
    const step = (given: number, heard: number): Step<Outcome> => {
      if (given >= MOST) return { requests: [], phase: { type: 'done', value: { type: 'lost', reason: 'enough' } } }
      const draw = (what: number, below: number): number => uniformInt(chances, heard * 256 + what, below)
      const n = given === 0 ? 3 : draw(0, 8) < 5 ? draw(1, 3) : 0
      const requests = Array.from({ length: n }, (_, i) => requestOf(pages, (what, below) => draw(2 + 64 * i + what, below)))
      return {
        requests,
        phase: { type: 'awaiting', name: 'fuzzed', data: [given + n, heard], on: () => step(given + n, heard + 1) }
      }
    }
    return step(0, 0)
  }

const MOST = 40

type Draw = (what: number, below: number) => number

const requestOf = (pages: number, draw: Draw): Request => ({
  order: orderOf(pages, draw),
  lane: ['', 'a', 'b'][draw(0, 3)],
  tag: draw(1, 2)
})

const orderOf = (pages: number, draw: Draw): Order => {
  const some = (): pageSet.PageSet =>
    pageSet.fromPages(
      pages,
      Array.from({ length: pages }, (_, page) => page).filter((page) => draw(40 + page, 2) === 0)
    )
  switch (ORDERS[draw(2, ORDERS.length)]) {
    case 'send':
      return {
        type: 'send',
        pages: draw(3, 3) === 0 ? pageSequence.sequence(Array.from({ length: draw(4, 4) }, (_, i) => draw(30 + i, pages))) : some(),
        place: (['always', 'ifAbsent', 'ifNewer'] as const)[draw(5, 3)],
        ...(draw(6, 3) === 0 ? { unless: (['dirtied', 'sent'] as const)[draw(7, 2)] } : {}),
        ...(draw(8, 4) === 0 ? { encoding: 'delta' as const } : {}),
        ...(draw(9, 4) === 0 ? { channels: 1 + draw(10, 3) } : {}),
        ...(draw(11, 3) === 0 ? { round: draw(12, 5) } : {}),
        ...(draw(13, 4) === 0 ? { overtake: true } : {})
      }
    case 'discard':
      return { type: 'discard', pages: some() }
    case 'resume':
      return {
        type: 'resume',
        where: (['source', 'target', 'target'] as const)[draw(3, 3)],
        ...(draw(4, 3) > 0 ? { missing: some() } : {})
      }
    case 'select':
      return { type: 'select', level: (['hypervisor', 'guestOs', 'application'] as const)[draw(3, 3)] }
    case 'track':
      return { type: 'track', on: draw(3, 2) === 0 }
    case 'throttle':
      return { type: 'throttle', fraction: draw(3, 5) / 4 }
    case 'wake':
      return { type: 'wake', afterNs: draw(3, 3) - 1 }
    case 'cancel':
      return { type: 'cancel', tag: draw(3, 2) }
    case 'plain':
      return {
        type: (
          [
            'preselect',
            'reserve',
            'sync',
            'flush',
            'flush',
            'pause',
            'sendContext',
            'redirect',
            'commit',
            'release',
            'inquire',
            'abandon'
          ] as const
        )[draw(3, 12)]
      }
  }
}

const ORDERS = [
  'send',
  'send',
  'send',
  'send',
  'cancel',
  'cancel',
  'discard',
  'resume',
  'select',
  'track',
  'throttle',
  'wake',
  'plain',
  'plain',
  'plain',
  'plain'
] as const
