import { describe, expect, it } from 'vitest'
import { container, memoryBytes, needed, process, thread, vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { level, pageClasses } from '../../lib/memory/pageClasses'
import { range } from '../../lib/memory/pageSet'

const makers = { thread, process, container, vm }

describe('guest', () => {
  it('takes its memory in bytes or pages, or from its workload', () => {
    const workload = uniform({ pages: 100, from: 28, writesPerSecond: 1 })
    expect(vm({ memoryBytes: 36 * 2 ** 30 }).pages).toBe(9_437_184)
    expect(vm({ pages: 300, workload }).pages).toBe(300)
    expect(container({ workload }).pages).toBe(128)
    expect(process({ memoryBytes: 65_536, pageBytes: 16_384 }).pages).toBe(4)
    expect(memoryBytes(process({ pages: 3, pageBytes: 16_384 }))).toBe(49_152)
    expect(thread().pages).toBe(16)
  })

  it('carries by default what its kind carries', () => {
    const workload = uniform({ pages: 100, writesPerSecond: 1, vcpus: 3 })
    expect(thread().contextBytes).toBe(65_536)
    expect(process({ workload }).contextBytes).toBe(23_008 + 3 * 8192)
    expect(container({ pages: 1 }).contextBytes).toBe(1_048_576)
    expect(vm({ pages: 1, contextBytes: 7 }).contextBytes).toBe(7)
    expect(vm({ pages: 1 }).workload.name).toBe('idle')
    expect(vm({ pages: 1 })).not.toHaveProperty('balloon')
    for (const [kind, make] of Object.entries(makers)) expect(make({ pages: 1 })).toMatchObject({ kind, name: kind, pageBytes: 4096 })
  })

  it('by default every page is used by an application and none is zero', () => {
    const { classes } = vm({ pages: 1000 })
    expect([level(classes, 'application').count, classes.zero.count, classes.free.count]).toEqual([1000, 0, 0])
  })

  it('a virtual machine needs what its guest OS allocated at the target, the others what an application uses', () => {
    const classes = pageClasses({ size: 10, guestOs: range(10, 0, 6), application: range(10, 0, 4) })
    const counts = Object.values(makers).map((make) => {
      const guest = make({ pages: 10, classes })
      return level(guest.classes, needed(guest)).count
    })
    expect(counts).toEqual([4, 4, 4, 6])
  })

  it('refuses what no guest is', () => {
    const workload = uniform({ pages: 100, writesPerSecond: 1 })
    expect(() => vm()).toThrow(new RangeError('vm: pages must be an integer from 1 to 2^30 (got 0)'))
    expect(() => vm({ pages: 1, memoryBytes: 4096 })).toThrow(
      new RangeError('vm: pages and memoryBytes must not both be given (got 1 and 4096)')
    )
    expect(() => vm({ memoryBytes: 4097 })).toThrow(new RangeError('vm: memoryBytes must be a multiple of pageBytes 4096 (got 4097)'))
    expect(() => vm({ pages: 1.5 })).toThrow(new RangeError('vm: pages must be an integer from 1 to 2^30 (got 1.5)'))
    expect(() => process({ pages: 99, workload })).toThrow(
      new RangeError('process: pages must be at least the 100 of its workload (got 99)')
    )
    for (const pageBytes of [0, 3, 4097, 2 ** 31, 0.5])
      expect(() => vm({ pages: 1, pageBytes })).toThrow(
        new RangeError(`vm: pageBytes must be a power of two from 1 to 2^30 (got ${pageBytes})`)
      )
    for (const usefulCores of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => vm({ pages: 1, usefulCores })).toThrow(
        new RangeError(`vm: usefulCores must be positive and finite (got ${usefulCores})`)
      )
    expect(() => thread({ contextBytes: -1 })).toThrow(new RangeError('thread: contextBytes must be an integer of at least 0 (got -1)'))
    expect(() => thread({ name: '' })).toThrow(new RangeError('thread: name must not be empty (got "")'))
    expect(() => vm({ pages: 9, classes: pageClasses({ size: 8 }) })).toThrow(
      new RangeError("vm: classes must be of the guest's 9 pages (got 8)")
    )
    expect(() => vm({ pages: 9, balloon: { fraction: 2 } })).toThrow(/selfBallooning: fraction/)
    const file = { kind: 'file', name: 'log', policy: { type: 'moved', bytes: 1 } } as const
    expect(() => vm({ pages: 9, dependencies: [file, file] })).toThrow(
      new RangeError('vm: names of dependencies must differ (got log, log)')
    )
    expect(() => vm({ pages: 9, dependencies: [{ ...file, policy: { type: 'moved', bytes: -1 } }] })).toThrow(/^dependency: bytes of log/)
  })
})
