import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { widened } from '../memory/hugePage'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Attempt } from '../protocol/phase'
import { andThen, map, request } from '../protocol/phase'
import { pausedAndDrained, type Undrained } from './drain'
import { type PushRules, sentBy } from './push'
import type { Recovery } from './recovery'
import { switchOver } from './stages'

/** Ends, the guest running at the target, with the pages that are missing there: those that were owed to it or written since, but for those sent at once. */
export const switchOwing = (
  owed: PageSet,
  { level = 'hypervisor', channels, compression }: Pick<PushRules, 'level' | 'channels' | 'compression'>,
  { recovery, disk, hugePages = 1 }: { readonly recovery?: Recovery; readonly disk?: Undrained; readonly hugePages?: number }
): Attempt<PageSet> =>
  pipe(
    pausedAndDrained(disk),
    andThen('final sync', (clockNs) =>
      pipe(
        request({ type: 'sync' }),
        andThen('discard', ({ dirty }) => {
          // What lies in one huge page with something stale is dropped with it (QEMU chunks its discards by host pages, `postcopy_chunk_hostpages`, migration/ram.c).
          const stale = widened(pageSet.union(owed, dirty), hugePages)
          return pipe(request({ type: 'discard', pages: stale }), map(E.map(() => stale)))
        }),
        andThen('select', (stale) =>
          pipe(
            request({ type: 'select', level }),
            andThen('non-pageable', ({ nonPageable }) => {
              const atOnce = pageSet.intersection(stale, nonPageable)
              const missing = pageSet.difference(stale, nonPageable)
              return pipe(
                request({ type: 'send', pages: atOnce, place: 'always', ...sentBy({ channels, compression }, false) }),
                andThen('resume at target', () => switchOver({ clockNs, missing, recovery })),
                map(E.map(() => missing))
              )
            })
          )
        )
      )
    )
  )
