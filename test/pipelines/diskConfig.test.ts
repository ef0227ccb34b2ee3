import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { configCodec } from '../../lib/codec/config'
import { decode } from '../../lib/codec/decode'
import { metrics } from '../../lib/metrics/metrics'
import { runFold } from '../../lib/stream/fold'
import { experiment } from '../../pipelines/experiment/experiment'
import { journalOf } from '../../properties/journalOf'

const MiB = 2 ** 20

const config = (disk: unknown, technique: unknown = { type: 'pre-copy' }) => ({
  guest: { kind: 'vm', memory: '4 MiB', workload: { type: 'idle' }, disk },
  link: { bandwidth: '1 Gbit/s' },
  techniques: [technique]
})

const errorsOf = (disk: unknown): readonly string[] => {
  const decoded = decode(configCodec)(config(disk))
  if (E.isLeft(decoded)) return decoded.left.map(({ path, expected, got }) => `${path}: ${expected}, got ${got}`)
  const made = experiment(decoded.right)
  return E.isLeft(made) ? made.left.map(({ path, expected, got }) => `${path}: ${expected}, got ${got}`) : []
}

const moved = (disk: unknown, technique?: unknown) => {
  const decoded = decode(configCodec)(config(disk, technique))
  if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left))
  const made = experiment(decoded.right)
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left))
  const [{ pipeline, world, seed, startAt, until }] = made.right.trials
  return runFold(metrics(), journalOf({ guest: pipeline }, world, { seed, startAt, until }))
}

describe('a disk in a configuration', () => {
  const disk = { size: '64 MiB', blockSize: '1 MiB', used: '32 MiB', application: '8 MiB', zero: '16 MiB' }
  const block = MiB + 8

  it('moves with all of its blocks, those of zeros as marks', () => {
    const { disk: found, outcome } = moved(disk)
    expect(outcome?.type).toBe('completed')
    expect(found).toEqual({ blocks: 64, bytes: 48 * block + 16 * 9, rounds: 1, drainedBytes: 0, drainTime: 0 })
  })

  it('moves with the blocks that its file system uses, or those of an application, where the rules say so', () => {
    expect(moved(disk, { type: 'pre-copy', disk: { blocks: 'used' } }).disk).toMatchObject({ blocks: 32, bytes: 32 * block })
    expect(moved({ ...disk, needed: 'application' }, { type: 'pre-copy', disk: { blocks: 'application' } }).disk).toMatchObject({
      blocks: 8,
      bytes: 8 * block
    })
  })

  it('on shared storage stays where it is', () => {
    expect(moved({ ...disk, storage: 'shared' }).disk).toBeUndefined()
  })

  it('goes as fast as its devices, where they are slower than the link', () => {
    const { totalTime } = moved({ size: '64 MiB', read: '10 MB/s' })
    expect(totalTime).toBeGreaterThan((64 * MiB * 1e9) / 10e6)
  })

  it('is refused where it cannot be', () => {
    expect(errorsOf({ ...disk, used: '33.5 MiB' })).toEqual(['guest.disk.used: a multiple of the block size 1048576 B, got 35127296 B'])
    expect(errorsOf({ ...disk, application: '33 MiB' })).toEqual(['guest.disk.application: at most 33554432 B, used, got 34603008 B'])
    expect(errorsOf({ ...disk, zero: '33 MiB' })).toEqual(['guest.disk.zero: at most 33554432 B, what is not used, got 34603008 B'])
    expect(errorsOf({ ...disk, blockSize: '3 MiB' })).toEqual(['guest.disk.size: a multiple of the block size 3145728 B, got 67108864 B'])
    expect(errorsOf({ ...disk, workload: { type: 'recorded', trace: 'sort' } })).toEqual([
      'guest.disk.workload: a synthetic workload, whose pages are blocks, got a recorded program, which has pages of memory'
    ])
    expect(errorsOf({ size: '0 B' })).toEqual(['guest.disk: disk: blocks must be an integer from 1 to 2^30, got 0'])
  })
})
