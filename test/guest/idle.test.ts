import { describe, expect, it } from 'vitest'
import { idle } from '../../lib/guest/idle'
import { key } from '../../lib/random/random'

describe('idle', () => {
  it('makes no access and has rate 0 on every virtual CPU', () => {
    const workload = idle({ vcpus: 2 })
    for (const vcpu of [0, 1]) {
      const accesses = workload.open(key(1), vcpu)
      expect(accesses.accessesPerSecond).toBe(0)
      expect(accesses.fill(new Int32Array(8), new Float64Array(8), 8)).toBe(0)
    }
    expect(() => workload.open(key(1), 2)).toThrow(new RangeError('idle: vcpu must be an integer from 0 to 1 (got 2)'))
  })

  it('touches no memory, so every guest can run it', () => {
    expect(idle().pages).toBe(0)
    expect(idle().description).toEqual({ name: 'idle', vcpus: 1 })
  })
})
