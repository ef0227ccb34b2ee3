import type { Packet } from '../../lib/world/engine'
import { postcopy } from '../../pipelines/postcopy'
import { asSent, codingOf, plain, together } from './codingKernel'
import { unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

const assumedZero = codingOf<{ passed: boolean[] }>({
  name: 'zero pages skipped in the first pass',
  empty: (pages) => ({ passed: unmarked(pages) }),
  encode: ({ passed }, page) => {
    const first = !passed[page.page]
    passed[page.page] = true
    return first && page.isZero ? undefined : plain(page)
  }
})

/** Pages in a packet. */
const PACKET = 3

/** Pages travel several in a packet; `leaves` says which packets do. */
const packets = (name: string, leaves: (packet: readonly Packet[]) => boolean) => {
  const close = (state: { gathered: Packet[] }): Packet | undefined => {
    const packet = state.gathered
    state.gathered = []
    return leaves(packet) ? together(packet) : undefined
  }
  return codingOf<{ gathered: Packet[] }>({
    name,
    empty: () => ({ gathered: [] }),
    encode: (state, page) => {
      state.gathered.push(plain(page))
      return state.gathered.length < PACKET ? undefined : close(state)
    },
    ended: close
  })
}

/** A target that clears only what it has received something of; `records` says of which forms it takes notice. */
const clearing = (name: string, records: (form: Packet['form']) => boolean) =>
  codingOf<{ received: boolean[]; content: boolean[] }>({
    name,
    empty: (pages) => ({ received: unmarked(pages), content: unmarked(pages) }),
    decode: ({ received, content }, packet, present) => {
      const { page, form } = packet
      const known = received[page]
      if (records(form)) received[page] = true
      // Memory that is left as it is holds what was announced only if it is all zeros.
      if (form === 'zero' && !known && content[page]) return []
      content[page] = form !== 'zero'
      return asSent(packet, present)
    }
  })

const unserved = codingOf<null>({
  name: 'zero pages not served',
  empty: () => null,
  encode: (_, page) => (page.isZero ? undefined : plain(page))
})

const zeroPackets = {
  project: 'QEMU',
  date: '2025-01',
  of: ['cdc3970f8597ebdc1a4c2090cfb4d11e297329ed', '2588a5f99b0c3493b4690e3ff01ed36f80e830cc', 'a523bc52166c80d8a04d46584f9f3868bd53ef69']
}

const rounds = roundsOf({ rounds: 2 })

/** The pieces about zero pages: a page without content must arrive like any other. */
export const zeroPagePieces: readonly Piece[] = [
  {
    id: 'B3',
    name: 'the target’s memory is taken for zero',
    reference: {
      project: 'QEMU',
      date: '2013-06',
      of: ['9ef051e5536b6368a1076046ec6c4ec4ac12b5c6', 'f1c72795af573b24a7da5eb52375c9aba8a37972']
    },
    story:
      'Zero pages are left out of the first pass, since the target’s memory is zero as it is; but firmware, or whoever had it before, has written there.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ classes: ['zero'], usedTarget: true }),
    wrong: { rule: 'A zero page is sent from the second pass on.', pipeline: rounds, engine: () => ({ coding: assumedZero }) },
    right: { rule: 'A zero page is sent as a mark in every pass.', pipeline: rounds }
  },
  {
    id: 'B4a',
    name: 'a packet of zero pages only is never sent',
    reference: zeroPackets,
    story:
      'Pages travel in packets, and a packet with no page of content in it is taken for an empty one, although it announces zero pages.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ clears: true }),
    wrong: {
      rule: 'A packet leaves when it has content.',
      pipeline: rounds,
      engine: () => ({ coding: packets('packets with content', (packet) => packet.some(({ form }) => form !== 'zero')) })
    },
    right: { rule: 'A packet leaves when it has pages.', pipeline: rounds, engine: () => ({ coding: packets('packets', () => true) }) }
  },
  {
    id: 'B4b',
    name: 'a compressed page is not noted as received',
    reference: zeroPackets,
    story:
      'The target does not take down that it has received a page when it came compressed; announced as zero later on, it is thought never to have been anything else.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ clears: true }),
    wrong: {
      rule: 'What needs clearing is what came as a mark before.',
      pipeline: rounds,
      engine: () => ({ coding: clearing('clears what came as zeros before', (form) => form === 'zero') })
    },
    right: {
      rule: 'What needs clearing is what came before, in whichever form.',
      pipeline: rounds,
      engine: () => ({ coding: clearing('clears what came before', () => true) })
    }
  },
  {
    id: 'B27',
    name: 'a zero page is never mapped for who waits for it',
    reference: {
      project: 'CRIU',
      date: '2017-09',
      of: [
        '450981caf00fced04f39486ec08f0dea67409aec',
        'ec585622ef244a37a5387c44892a620c00cd9354',
        'a33b747f7d593a9db48d8bfc060f3ef61918e094'
      ]
    },
    story: 'Lazy pages are served from what the images have; a page of zeros is not in them, and whoever faults on it is told nothing.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ classes: ['zero'] }),
    wrong: {
      rule: 'A request is answered with the page’s content, if it has any.',
      pipeline: postcopy(),
      engine: () => ({ coding: unserved })
    },
    right: { rule: 'Every request is answered, a zero page with a mark.', pipeline: postcopy() }
  }
]
