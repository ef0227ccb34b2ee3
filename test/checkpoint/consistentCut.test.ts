import { describe, expect, it } from 'vitest'
import { type Cut, inconsistencies } from '../../lib/checkpoint/consistentCut'

const cut = (sent: number, received: number, queue: readonly number[]): Cut => ({
  a: { sent: { b: sent }, received: { b: 0 }, queue: [] },
  b: { sent: { a: 0 }, received: { a: received }, queue: queue.map((number) => ({ from: 'a', number })) }
})

describe('a cut', () => {
  it('is consistent when what was sent was got or stands in the queue, next in order', () => {
    expect(inconsistencies(cut(5, 5, []))).toEqual([])
    expect(inconsistencies(cut(5, 3, [3, 4]))).toEqual([])
  })
  it('has lost a frame that was sent and is nowhere', () => {
    expect(inconsistencies(cut(5, 4, []))).toEqual(['from a to b: frame 4 was sent, and was neither got nor is it in the queue'])
    expect(inconsistencies(cut(5, 2, [2, 4]))).toEqual(['from a to b: frame 4 is in the queue where frame 3 is next'])
  })
  it('has an orphan when a frame was got, or is in the queue, and was not sent', () => {
    expect(inconsistencies(cut(5, 6, []))).toEqual(['from a to b: 6 frames were got and 5 sent'])
    expect(inconsistencies(cut(5, 4, [4, 5]))).toEqual(['from a to b: frame 5 is in the queue and was not sent'])
  })
  it('holds no frame twice and none out of order', () => {
    expect(inconsistencies(cut(5, 3, [3, 3]))).toHaveLength(1)
    expect(inconsistencies(cut(5, 3, [4, 3]))).toHaveLength(1)
    expect(inconsistencies(cut(5, 4, [3, 4]))).toHaveLength(1)
  })
})
