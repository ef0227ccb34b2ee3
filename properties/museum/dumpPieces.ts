import type { PageContent } from '../../lib/memory/content'
import { codingOf, plain } from './codingKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

/**
 * Dumps of the processes of a host, in which a page that has not changed since the parent dump is a hole. `identity`: under what a process finds its parent, given its
 * process number and when it began. All processes of a world share the folder of dumps, so that a world that is copied half-way shares it, too.
 */
const incremental = (name: string, identity: (pid: number, began: number) => string) => () => {
  const dumps: Record<string, (PageContent | undefined)[]> = {}
  let processes = 0
  const written = (content: PageContent): number => (typeof content === 'number' ? content : content[0])
  return {
    name,
    open: (memory: { readonly pages: number; readonly pageBytes: number }) => {
      const dump = (dumps[identity(PID, processes++)] ??= [])
      return codingOf<null>({
        name,
        empty: () => null,
        encode: (_, page) => {
          const parent = dump[page.page]
          if (parent !== undefined && written(page.content) <= written(parent))
            return { page: page.page, form: 'whole', content: parent, bytes: page.sizes.zero }
          dump[page.page] = page.content
          return plain(page)
        }
      }).open(memory)
    }
  }
}

/** The process number that everybody gets. */
const PID = 7

const rounds = roundsOf({ rounds: 2 })

/** The pieces about dumps that build on earlier ones. */
export const dumpPieces: readonly Piece[] = [
  {
    id: 'B10',
    name: 'the parent dump is another process’s',
    reference: { project: 'CRIU', date: '2018-07', of: ['6fb00f55305a4743723946e52ad8daad837794cd'] },
    story:
      'An incremental dump leaves out what has not changed since its parent, and finds its parent by process number: of a number used again, that is another process.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ two: true, pages: [1, 2, 3, 4] }),
    wrong: {
      rule: 'A parent dump is found by process number.',
      pipeline: rounds,
      engine: () => ({ coding: incremental('dumps by number', (pid) => `${pid}`)() })
    },
    right: {
      rule: 'A parent dump is found by process number and by when the process began.',
      pipeline: rounds,
      engine: () => ({ coding: incremental('dumps by number and beginning', (pid, began) => `${pid} of ${began}`)() })
    }
  }
]
