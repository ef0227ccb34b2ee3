import { isLeft, isRight, right } from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { configCodec, readConfig } from '../../lib/codec/config'
import { decode, formatProblems } from '../../lib/codec/decode'
import { exampleConfig } from '../../pipelines/commands/exampleConfig'
import { techniques } from '../../pipelines/experiment/techniques'

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

  it('every named technique is a configuration that can be written and read', () => {
    const config = {
      guest: { workload: { type: 'idle' } },
      link: { bandwidth: 1 },
      techniques: techniques().map((one) => one.config)
    } as const
    expect(decode(configCodec)(configCodec.encode(config))).toEqual(right(config))
  })

  it.each([
    [
      'an unknown field',
      { ...small, gest: 1 },
      'gest: expected no such field (the fields are guest, link, techniques, source, target, targetMemory, redirect, fidelity, faults, progressEvery, startAt, limit, seed), got 1'
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
      'techniques[0].type: expected one of "stop-and-copy", "pre-copy", "post-copy", "hybrid", "dump-and-restore", got "precopy"'
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
    ['no technique', { ...small, techniques: [] }, 'techniques: expected a list of at least one technique, got []'],
    [
      'a field of another technique',
      { ...small, techniques: [{ type: 'stop-and-copy', until: { type: 'notShrinking' } }] },
      'techniques[0].until: expected no such field (the fields are name, level, compression, unplug, disk), got {"type":"notShrinking"}'
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
