import { describe, expect, it } from 'vitest'
import { idle } from '../../lib/guest/idle'
import { recorded } from '../../lib/guest/recorded'
import { stamped } from '../../lib/guest/stamped'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { key } from '../../lib/random/random'
import { smallTrace } from './traces'
import { first } from './workloadLaws'

const oneByOne = (workload: Workload, n: number) => {
  const cursor = stamped(workload.open(key(1), 0))
  const accesses: number[] = []
  const times: number[] = []
  for (; accesses.length < n && cursor.at < Number.POSITIVE_INFINITY; cursor.advance()) {
    accesses.push(cursor.access)
    times.push(cursor.at)
  }
  return { accesses, times }
}

describe('stamped', () => {
  it('gives the accesses and times of regular and stamped ones, past its read-ahead', () => {
    const regular = uniform({ pages: 1000, writesPerSecond: 333_333, readsPerSecond: 5 })
    expect(oneByOne(regular, 2500)).toEqual(first(regular, 2500))
    const repeating = recorded({ trace: smallTrace, atEnd: 'repeat' })
    expect(oneByOne(repeating, 2500)).toEqual(first(repeating, 2500))
  })

  it('is at Infinity after the end, and when idle from the start', () => {
    const cursor = stamped(recorded({ trace: smallTrace }).open(key(1), 0))
    for (let i = 0; i < 5; i++) cursor.advance()
    expect(cursor.at).toBe(Number.POSITIVE_INFINITY)
    expect(stamped(idle().open(key(1), 0)).at).toBe(Number.POSITIVE_INFINITY)
  })
})
