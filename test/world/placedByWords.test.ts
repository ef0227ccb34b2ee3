import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Place } from '../../lib/protocol/command'
import { datacentre } from '../../lib/world/datacentre'
import { exactly } from '../pipelines/exactly'
import { Driving } from './driving'

const PAGES = 64

/** Page 3 is written at 1 ms; it was sent before that, and is sent again afterwards, as `place` says. Which pages are not at the target as they must be. */
const lostAfter = (place: Place, cancelled: boolean): readonly number[] => {
  const workload = exactly(PAGES, [{ page: 3, at: 1_000_000, write: true }])
  const driving = new Driving(
    datacentre({
      guests: { guest: vm({ pages: PAGES, contextBytes: 0, workload }) },
      link: link({ bytesPerSecond: 1e9 }),
      fidelity: 'marks'
    })
  )
  driving.ask({ type: 'reserve' })
  driving.ask({ type: 'track', on: true })
  driving.ask({ type: 'send', pages: pageSet.full(PAGES), place: 'always' })
  driving.run(2_000_000).ask({ type: 'sync' })
  if (cancelled) {
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place, bytesPerSecond: 4104 }, { tag: 7 }).run(2_000_100)
    driving.ask({ type: 'cancel', tag: 7 })
  } else driving.ask({ type: 'send', pages: pageSet.full(PAGES), place })
  driving.ask({ type: 'flush' })
  for (const type of ['pause', 'commit'] as const) driving.ask({ type })
  driving.ask({ type: 'resume', where: 'target' })
  return pageSet.toArray(driving.heard('compared')[0].lost)
}

describe('pages sent by words', () => {
  it('a page that is placed only where nothing is leaves what is there, although that is older', () => {
    expect([...lostAfter('always', false)]).toEqual([])
    expect([...lostAfter('ifAbsent', false)]).toEqual([3])
  })

  it('a cancelled send takes nothing back that it had not placed', () => {
    // Only page 0 had begun to leave: page 3 is as old as it was, and the others as new.
    expect([...lostAfter('ifAbsent', true)]).toEqual([3])
  })
})
