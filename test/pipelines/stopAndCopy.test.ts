import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import { datacentre } from '../../lib/world/datacentre'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'

const PAGES = 64
const LATENCY_NS = 100
const from = (first: number) =>
  pageSet.complement(
    pageSet.fromPages(
      PAGES,
      Array.from({ length: first }, (_, page) => page)
    )
  )
// In the balloon are 0 to 7, free 8 to 23, the rest is allocated.
const classes = pageClasses({ size: PAGES, hypervisor: from(8), guestOs: from(24) })

const moved = (level?: 'hypervisor' | 'guestOs', fidelity: 'marks' | 'versions' | 'bytes' = 'versions'): Journal =>
  journalOf(
    stopAndCopy({ level }),
    datacentre({
      guests: {
        a: vm({ pages: PAGES, contextBytes: 41_040, classes, workload: uniform({ from: 24, pages: 40, writesPerSecond: 1e7 }) })
      },
      link: link({ bytesPerSecond: 4104e6, latencyNs: LATENCY_NS }),
      fidelity
    })
  )

const heard = <K extends Signal['type']>(journal: Journal, type: K): readonly Extract<Signal, { type: K }>[] =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === type ? [e.signal as Extract<Signal, { type: K }>] : []))

describe('stopAndCopy', () => {
  it('asks for each thing once and in its order', () => {
    expect(moved().flatMap((e) => (e.type === 'commanded' ? [e.command.order.type] : []))).toEqual([
      ...['preselect', 'reserve', 'pause', 'select', 'send', 'sendContext', 'flush', 'commit', 'resume', 'redirect', 'release']
    ])
  })

  it('stands still for all of the memory and its context on the wire, a barrier, the commit and the resumption', () => {
    const [{ at: suspended }] = heard(moved(), 'suspended')
    const [{ at: activated }] = heard(moved(), 'activated')
    // 56 pages of a microsecond, 41,040 bytes of context, two round trips, and the way to the target.
    expect(activated - suspended).toBe(56_000 + 10_000 + 2 * 2 * LATENCY_NS + LATENCY_NS)
  })

  it('sends what the hypervisor has allocated unless told to send what the guest OS has', () => {
    const sent = (level?: 'guestOs') => heard(moved(level), 'sent').map(({ bytes }) => bytes)
    expect(sent()).toEqual([56 * 4104])
    expect(sent('guestOs')).toEqual([40 * 4104])
  })

  it('keeps no log, and yet loses nothing: what the guest wrote before it stopped is there', () => {
    for (const fidelity of ['marks', 'versions', 'bytes'] as const)
      for (const level of ['hypervisor', 'guestOs'] as const) {
        const compared = heard(moved(level, fidelity), 'compared')
        expect(compared.map(({ lost, regressed, owed }) => [lost.count, regressed.count, owed])).toEqual([
          [0, 0, 0],
          [0, 0, 0]
        ])
      }
  })

  it('does not let the guest run while it is copied', () => {
    const [{ guestNs }] = heard(moved(), 'suspended')
    expect(heard(moved(), 'activated')).toMatchObject([{ where: 'target', guestNs }])
  })
})
