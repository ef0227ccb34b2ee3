import { isLeft, isRight, right } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { configCodec, readConfig } from '../../lib/codec/config'
import { decode, formatProblems } from '../../lib/codec/decode'
import { exampleConfig } from '../../pipelines/commands/exampleConfig'
import { furtherTechniques, techniques } from '../../pipelines/experiment/techniques'

const small = {
  guest: { kind: 'vm', memory: '16 MiB', workload: { type: 'uniform', writesPerSecond: 1000 } },
  link: { bandwidth: '1 Gbit/s' },
  techniques: [{ type: 'pre-copy' }]
}

const problems = (config: unknown): string => {
  const read = readConfig(typeof config === 'string' ? config : JSON.stringify(config))
  return isLeft(read) ? formatProblems(read.left) : 'none'
}

describe('config', () => {
  it('quantities are read in base units and what is left out stays out', () =>
    expect(readConfig(JSON.stringify(small))).toEqual(
      right({
        guest: { kind: 'vm', memory: 2 ** 24, workload: { type: 'uniform', writesPerSecond: 1000 } },
        link: { bandwidth: 125e6 },
        techniques: [{ type: 'pre-copy' }]
      })
    ))

  it('the printed example has every part, and reading what is written gives the same', () => {
    const read = readConfig(exampleConfig)
    expect(isRight(read)).toBe(true)
    if (isRight(read)) expect(decode(configCodec)(configCodec.encode(read.right))).toEqual(read)
  })

  it('a balloon may be true or say how', () => {
    for (const balloon of [true, { interval: 4e9, fraction: 0.5 }] as const) {
      const config = {
        guest: { workload: { type: 'idle' }, zero: 4096, balloon },
        link: { bandwidth: 1 },
        techniques: [{ type: 'hybrid' }]
      } as const
      expect(decode(configCodec)(configCodec.encode(config))).toEqual(right(config))
    }
  })

  it('every field of what moves, breaks, stalls and costs is read in base units and written again', () => {
    const json = {
      guest: {
        workload: { type: 'npb', benchmark: 'MG', scale: 0.01, beginAt: '120 s' },
        clears: 2,
        usefulCores: 2.5,
        network: '8 Mbit/s'
      },
      link: { bandwidth: '1 Gbit/s' },
      techniques: [
        { type: 'stop-and-copy', channels: 2, recovery: '1 s' },
        {
          type: 'pre-copy',
          retries: 2,
          recovery: '1 s',
          giveUp: { type: 'roundsAtMost', rounds: 9 },
          final: { type: 'fixed', rate: '1 MB/s' },
          firstThrottle: 0.2,
          channels: 4,
          delta: true,
          order: 'xen'
        },
        { type: 'tlm', interval: '3 s', overcommit: [{ after: 0.2, cores: 2 }] },
        { type: 'tlm', name: 'tlm-1s', interval: null },
        { type: 'engine', engine: 'xen-2006' },
        {
          type: 'qemu',
          version: '7.2',
          downtimeLimit: '50 ms',
          maxBandwidth: '1 GiB/s',
          autoConverge: { initial: 0.3 },
          xbzrle: true,
          multifd: 4,
          postcopy: { afterSyncs: 2, after: '1 s' }
        },
        { type: 'qemu', version: '10.2', multifd: 4, compression: { rate: '500 MB/s', ratio: 0.4 }, disk: { start: 'ahead' } },
        { type: 'qemu', version: '10.2', dirtyLimit: { limit: '1 MiB/s', ring: 1024, period: '1 s', threshold: 0.7 } },
        { type: 'hops', hops: [{ type: 'pre-copy' }, { type: 'hybrid' }] }
      ],
      source: { scanPage: '1 us', sendPage: '2 us', freshPage: '3 us', crowding: 0.5, receivePage: '4 us' },
      faults: [{ at: '1 s', what: 'link', until: '2 s' }],
      stalls: [{ from: '1 s', until: '2 s', lane: 'background', way: 'back' }],
      sender: { window: '100 ms', slice: '51 ms', buffer: '64 KiB' }
    }
    const read = readConfig(JSON.stringify(json))
    if (isLeft(read)) throw new Error(formatProblems(read.left))
    const { guest, techniques: found, source, faults, stalls } = read.right
    expect(guest).toEqual({
      workload: { type: 'npb', benchmark: 'MG', scale: 0.01, beginAt: 120e9 },
      clears: 2,
      usefulCores: 2.5,
      network: 1e6
    })
    expect(found[1]).toMatchObject({ retries: 2, recovery: 1e9, firstThrottle: 0.2, channels: 4, delta: true, order: 'xen' })
    expect(found.slice(2, 4)).toEqual([
      { type: 'tlm', interval: 3e9, overcommit: [{ after: 0.2, cores: 2 }] },
      { type: 'tlm', name: 'tlm-1s', interval: null }
    ])
    expect(source).toEqual({ scanPage: 1000, sendPage: 2000, freshPage: 3000, crowding: 0.5, receivePage: 4000 })
    expect(faults).toEqual([{ at: 1e9, what: 'link', until: 2e9 }])
    expect(stalls).toEqual([{ from: 1e9, until: 2e9, lane: 'background', way: 'back' }])
    expect(decode(configCodec)(configCodec.encode(read.right))).toEqual(read)
  })

  it('every named technique is a configuration that can be written and read', () => {
    const config = {
      guest: { workload: { type: 'idle' } },
      link: { bandwidth: 1 },
      techniques: [...techniques(), ...furtherTechniques()].map((one) => one.config)
    } as const
    expect(decode(configCodec)(configCodec.encode(config))).toEqual(right(config))
  })

  it.each([
    [
      'an unknown field',
      { ...small, gest: 1 },
      'gest: expected no such field (the fields are guest, link, techniques, source, target, targetMemory, targetDisk, redirect, fidelity, faults, stalls, sender, progressEvery, startAt, limit, seed), got 1'
    ],
    [
      'a wrong unit',
      { ...small, link: { bandwidth: '1 Gbit' } },
      'link.bandwidth: expected a rate above zero with its unit, such as "10 Gbit/s" (bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s), got "1 Gbit"'
    ],
    [
      'a negative size',
      { ...small, guest: { ...small.guest, memory: '-16 MiB' } },
      'guest.memory: expected a size with its unit, such as "512 MiB" (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB), got "-16 MiB"'
    ],
    [
      'an unknown technique',
      { ...small, techniques: [{ type: 'precopy' }] },
      'techniques[0].type: expected one of "stop-and-copy", "pre-copy", "post-copy", "hybrid", "tlm", "dump-and-restore", "qemu", "engine", "hops", got "precopy"'
    ],
    [
      'a balloon that is no balloon',
      { ...small, guest: { ...small.guest, balloon: 5 } },
      'guest.balloon: expected true or an object, got 5'
    ],
    [
      'a balloon without time',
      { ...small, guest: { ...small.guest, balloon: { interval: '0 s' } } },
      'guest.balloon.interval: expected a time above zero with its unit, such as "300 ms" (ns, us, ms, s, min, h), got "0 s"'
    ],
    [
      'a level that is none',
      { ...small, techniques: [{ type: 'pre-copy', level: 'guest' }] },
      'techniques[0].level: expected "hypervisor" or "guestOs" or "application", got "guest"'
    ],
    [
      'an interval that is none',
      { ...small, techniques: [{ type: 'tlm', interval: '0 s' }] },
      'techniques[0].interval: expected a time above zero with its unit, such as "300 ms" (ns, us, ms, s, min, h), or null, got "0 s"'
    ],
    [
      'a point of over-commitment without cores',
      { ...small, techniques: [{ type: 'tlm', overcommit: [{ after: 0.2 }] }] },
      'techniques[0].overcommit[0].cores: expected a number > 0, got nothing'
    ],
    [
      'a technique among hops',
      { ...small, techniques: [{ type: 'hops', hops: [{ type: 'pre-copy' }, { type: 'post-copy', channels: 2 }] }] },
      'techniques[0].hops[1].channels: expected no such field (the fields are name, retries, unplug, level, disk, recovery, compression, prepaging, windowPages, windows), got 2'
    ],
    [
      'a benchmark that is none',
      { ...small, guest: { workload: { type: 'npb', benchmark: 'LU' } } },
      'guest.workload.benchmark: expected "MG" or "IS" or "SP" or "BT", got "LU"'
    ],
    [
      'a regime that is none',
      { ...small, guest: { workload: { type: 'regime', regime: 'high' } } },
      'guest.workload.regime: expected "veryHighUpdateLowLocality" or "highUpdateLowLocality" or "highUpdateHighLocality" or "mediumUpdateLowLocality", got "high"'
    ],
    [
      'a version of QEMU that is none',
      { ...small, techniques: [{ type: 'qemu', version: '5' }] },
      'techniques[0].version: expected "7.2" or "10.2", got "5"'
    ],
    [
      'auto-converge that is none',
      { ...small, techniques: [{ type: 'qemu', version: '7.2', autoConverge: 5 }] },
      'techniques[0].autoConverge: expected true or an object, got 5'
    ],
    [
      'a way that is none',
      { ...small, stalls: [{ from: '1 s', until: '2 s', way: 'out' }] },
      'stalls[0].way: expected "leaving" or "arriving" or "back", got "out"'
    ],
    ['no technique', { ...small, techniques: [] }, 'techniques: expected a list of at least one technique, got []'],
    [
      'a field of another technique',
      { ...small, techniques: [{ type: 'stop-and-copy', until: { type: 'notShrinking' } }] },
      'techniques[0].until: expected no such field (the fields are name, retries, unplug, level, disk, recovery, compression, channels), got {"type":"notShrinking"}'
    ],
    [
      'a rule inside rules',
      { ...small, techniques: [{ type: 'pre-copy', until: { type: 'or', rules: [{ type: 'downtimeWithin', limit: 300 }] } }] },
      'techniques[0].until.rules[0].limit: expected a time with its unit, such as "300 ms" (ns, us, ms, s, min, h), got 300'
    ],
    ['something missing', { ...small, link: {} }, /^link\.bandwidth: expected a rate above zero .*, got nothing$/],
    ['no JSON', '{ "guest": ', /^expected JSON, got /]
  ])('%s is refused with its path', (_, config, message) =>
    typeof message === 'string' ? expect(problems(config)).toBe(message) : expect(problems(config)).toMatch(message)
  )
})
