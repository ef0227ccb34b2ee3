import { type LogKernel, logOf, taken, unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

type Marks = { marked: boolean[] }

/** A log of what virtual CPUs store; what devices do to it is the piece's. */
const marking = (
  name: string,
  device: Pick<LogKernel<Marks>, 'mapped'> & { readonly wrote?: (state: Marks, pages: readonly number[]) => void }
) =>
  logOf<Marks>({
    name,
    empty: (pages) => ({ marked: unmarked(pages) }),
    mapped: device.mapped,
    wrote: (state, pages, by) => (by === 'vcpu' ? mark(state, pages) : device.wrote?.(state, pages)),
    sync: ({ marked }) => taken(marked)
  })

const mark = ({ marked }: Marks, pages: readonly number[]): void => {
  for (const page of pages) marked[page] = true
}

/** The address at which a device sees a page of a guest of so many, and back: the same reflection. */
const throughIommu = (page: number, pages: number): number => pages - 1 - page

type Shared = Marks & { device: boolean[]; size: number }

/** A device with a log of its own, of a size; `stopped` is what happens to it when the guest stops. */
const ownLog = (name: string, stopped: (state: Shared) => void) =>
  logOf<Shared>({
    name,
    empty: (pages) => ({ marked: unmarked(pages), device: unmarked(pages), size: pages }),
    wrote: (state, pages, by) => {
      for (const page of pages) (by === 'vcpu' ? state.marked : state.device)[page] = true
    },
    stopped,
    sync: ({ marked, device, size }) => [...taken(marked), ...taken(device).filter((page) => page < size)]
  })

const everyPage = marking('log of every store', { wrote: mark })
const rounds = roundsOf({ rounds: 2 })
const worlds = museumWorlds({ device: true })

/** The pieces about devices, which write memory past the virtual CPUs. */
export const devicePieces: readonly Piece[] = [
  {
    id: 'B6',
    name: 'a transfer marks its first page only',
    reference: { project: 'QEMU', date: '2014-07', of: ['6886867e9880830d735d8ae6f6cc63ed9eb2be0c'] },
    story: 'A device writes several pages in one transfer, and only the first of them is marked.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'A transfer marks the page where it begins.',
      pipeline: rounds,
      engine: () => ({ log: marking('log of first pages', { wrote: (state, pages) => mark(state, pages.slice(0, 1)) }) })
    },
    right: { rule: 'A transfer marks every page that it touches.', pipeline: rounds, engine: () => ({ log: everyPage }) }
  },
  {
    id: 'B12',
    name: 'the device’s log is gone before its last sync',
    reference: { project: 'QEMU', date: '2017-10', of: ['5c0ba1be37181bd8a7c96c7f81b19ae5f8e66e2d'] },
    story:
      'When the guest stops, the size of the device’s own log is set to zero, and then the log is read for the last time: of that size there is nothing in it.',
    invariant: 'noPageLost',
    budget: 200,
    worlds,
    wrong: {
      rule: 'A device that stops has no log any more.',
      pipeline: rounds,
      engine: () => ({
        log: ownLog('device log, given up at the stop', (state) => {
          state.size = 0
        })
      })
    },
    right: {
      rule: 'A device’s log is kept until it has been read behind the stop.',
      pipeline: rounds,
      engine: () => ({ log: ownLog('device log', () => {}) })
    }
  },
  {
    id: 'B13',
    name: 'the device’s log names its own addresses',
    reference: {
      project: 'QEMU and Linux (vhost)',
      date: '2022-12',
      of: ['345cc1cbcbce2bab00abc2b88338d7d89c702d6b', 'Linux cc5e71075947']
    },
    story:
      'A device behind an IOMMU marks the pages at the addresses that it uses, which nobody translates back: other pages are marked, and those that it wrote are not.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'A device marks the address that it wrote.',
      pipeline: rounds,
      engine: () => ({
        log: marking('log of IO addresses', {
          wrote: (state, pages) =>
            mark(
              state,
              pages.map((page) => throughIommu(page, state.marked.length))
            )
        })
      })
    },
    right: {
      rule: 'A device marks the page behind the address that it wrote.',
      pipeline: rounds,
      engine: () => ({
        log: marking('log of IO addresses, translated', {
          wrote: (state, pages) => {
            const addresses = pages.map((page) => throughIommu(page, state.marked.length))
            mark(
              state,
              addresses.map((address) => throughIommu(address, state.marked.length))
            )
          }
        })
      })
    }
  },
  {
    id: 'B22',
    name: 'what the VMM stores is not logged',
    reference: {
      project: 'Firecracker, Cloud Hypervisor, Xen',
      of: [
        '6d8c3064f00a94e0e1af3a540bd3b944445e0560',
        '046d7441cbb5abf7718dfe5e1258577ee7d95ccf',
        'cloud-hypervisor #2458 and #5356',
        '70f691130081324a8efb97b23c504d8abc5421db',
        'f56daba7cf165d4e0d91224ecd5b898dfcdb4eb8'
      ]
    },
    story:
      'The log is of what virtual CPUs store, by write protection; what an emulated device or the monitor itself stores goes past that.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'A store of a virtual CPU is logged.',
      pipeline: rounds,
      engine: () => ({ log: marking('log of virtual CPUs', {}) })
    },
    right: { rule: 'A store is logged, whosever it is.', pipeline: rounds, engine: () => ({ log: everyPage }) }
  },
  {
    id: 'B24',
    name: 'marked when mapped, not when written',
    reference: { project: 'Xen', date: '2015-10', of: ['5c23c760a8ef4cec4aaef11575b85fd17e82986c'] },
    story:
      'A page is marked when it is mapped to be written; the log is read, the writing goes on, and nothing marks the page again when it is unmapped.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'A page is marked when it is mapped.',
      pipeline: rounds,
      engine: () => ({ log: marking('log of mappings', { mapped: mark }) })
    },
    right: { rule: 'A page is marked when its mapping ends, after the last store.', pipeline: rounds, engine: () => ({ log: everyPage }) }
  }
]
