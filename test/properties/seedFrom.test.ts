import { describe, expect, it } from 'vitest'
import { asked, seedFrom } from '../../properties/seedFrom'

describe('seeds of the environment', () => {
  it('an integer of 32 bits stands for itself, other text for a number of its own, nothing for none', () => {
    expect(['1', '-7', ' 12 ', '0'].map(seedFrom)).toEqual([1, -7, 12, 0])
    expect([undefined, '', ' '].map(seedFrom)).toEqual([undefined, undefined, undefined])
    const others = ['tuesday', 'wednesday', '1.5', '99999999999'].map((text) => seedFrom(text)!)
    expect(new Set(others).size).toBe(others.length)
    expect(others.every((n) => n === (n | 0))).toBe(true)
    expect(seedFrom('tuesday')).toBe(seedFrom('tuesday'))
  })

  it('asked reads seed, path and runs, and leaves out what is not there', () => {
    expect(asked({})).toEqual({})
    expect(asked({ SEED: '3', SEED_PATH: '1:0', RUNS: '50', PATH: '/bin' })).toEqual({ seed: 3, path: '1:0', runs: 50 })
    expect(() => asked({ RUNS: 'many' })).toThrow('asked: RUNS must be an integer above 0 (got many)')
  })
})
