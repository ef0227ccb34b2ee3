import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { configCodec } from '../../lib/codec/config'
import { decode } from '../../lib/codec/decode'
import { metrics } from '../../lib/metrics/metrics'
import { runFold } from '../../lib/stream/fold'
import { experiment } from '../../pipelines/experiment/experiment'
import { qemu12 } from '../../pipelines/qemu1x'
import { journalOf } from '../../properties/journalOf'

const MiB = 2 ** 20

const config = (disk: unknown, technique: unknown = { type: 'pre-copy' }) => ({
  guest: { kind: 'vm', memory: '4 MiB', workload: { type: 'idle' }, disk },
  link: { bandwidth: '1 Gbit/s' },
  techniques: [technique]
})

const engines = (...names: readonly string[]) => names.map((engine) => ({ type: 'engine', engine }))

const errorsOf = (disk: unknown, technique?: unknown): readonly string[] => {
  const decoded = decode(configCodec)(config(disk, technique))
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

  it("comes along with QEMU's engines, by a job with a rate of its own", () => {
    for (const technique of [
      { type: 'qemu', version: '7.2' },
      { type: 'qemu', version: '10.2' },
      ...engines('qemu-1.4', 'qemu-1.6', 'mplm')
    ]) {
      const { disk: found, outcome } = moved(disk, technique)
      expect(outcome?.type).toBe('completed')
      expect(found).toMatchObject({ blocks: 64, bytes: 48 * block + 16 * 9 })
    }
    const slow = { type: 'qemu', version: '7.2', disk: { blocks: 'used', pacing: { type: 'fixed', rate: '10 MB/s' } } }
    expect(moved(disk, slow).totalTime).toBeGreaterThan((32 * MiB * 1e9) / 10e6)
    expect(moved(disk, slow).disk).toMatchObject({ blocks: 32 })
  })

  it('is refused with QEMU 1.2, which had no mirror, in a configuration and in code', () => {
    expect(errorsOf(disk, engines('qemu-1.2')[0])).toEqual([
      'techniques[0].engine: an engine that brings the disk along, or a disk on shared storage, got qemu-1.2, which moves memory alone'
    ])
    expect(errorsOf({ ...disk, storage: 'shared' }, engines('qemu-1.2')[0])).toEqual([])
    expect(() => qemu12()({ name: 'db', pages: 4, pageBytes: 4096, disk: { blocks: 4, blockBytes: MiB } })).toThrow(
      'qemu12: the disk of db must be on storage that both hosts share (got one of its own host)'
    )
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
